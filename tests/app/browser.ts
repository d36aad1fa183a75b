import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A busy machine draws these screens many times slower than the one second that it would have.
configure({ asyncUtilTimeout: 15_000 });

// What jsdom lacks and Mantine asks for.
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
globalThis.matchMedia ??= (query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addListener() {},
  removeListener() {},
  addEventListener() {},
  removeEventListener() {},
  dispatchEvent: () => false,
});
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
globalThis.scrollTo = () => undefined;
Element.prototype.scrollTo = () => undefined;
Element.prototype.scrollIntoView ??= () => undefined;
// Nothing on these screens may need the network.
globalThis.fetch = () => Promise.reject(new TypeError('no network'));

afterEach(() => {
  cleanup();
  localStorage.clear();
});
