// @vitest-environment jsdom
import './browser.ts';
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { createWedge, listenForWedge } from '../../src/app/tablet/scan/wedge.ts';

/** Keys that follow each other after so many milliseconds. */
function keys(everyMs: number) {
  const wedge = createWedge();
  let timeStamp = 1000;
  return (key: string, more: { ctrlKey?: boolean; repeat?: boolean } = {}) => {
    timeStamp += everyMs;
    return wedge({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, timeStamp, ...more });
  };
}

describe('a scanner that types', () => {
  let stop: () => void = () => undefined;
  afterEach(() => stop());

  it('is told by its speed, and its FNC1 is kept', () => {
    const press = keys(8);
    for (const character of '01095011') press(character);
    press('Control');
    press(']', { ctrlKey: true });
    press('Shift');
    press('A');
    expect(press('Enter')).toEqual({ scanned: '01095011\u001dA' });
  });

  it('is no nurse who types fast and presses Enter', () => {
    const slow = keys(90);
    for (const character of 'metoprolol') slow(character);
    expect(slow('Enter')).toBe('typed');
    // Nor three keys that were hit at once.
    const few = keys(5);
    for (const character of 'abc') few(character);
    expect(few('Enter')).toBe('typed');
  });

  it('is no key that is held: a line of dashes in a note is a line of dashes', () => {
    const press = keys(30);
    press('-');
    for (let times = 0; times < 20; times += 1) expect(press('-', { repeat: true })).toBe('typed');
    expect(press('Enter')).toBe('typed');
  });

  /** Keys one by one at that pace; the marks of those that the page was kept from. */
  const prevented = (target: HTMLElement, text: string[], everyMs: number): string[] => {
    document.body.append(target);
    let timeStamp = performance.now() + 10_000;
    const kept = text.filter((key) => {
      timeStamp += everyMs;
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
      Object.defineProperty(event, 'timeStamp', { value: timeStamp });
      return !target.dispatchEvent(event);
    });
    target.remove();
    return kept;
  };

  it('presses and scrolls nothing while it types outside of a field', () => {
    stop = listenForWedge(() => undefined);
    const code = [...'A B/7 ?'];
    expect(prevented(document.createElement('button'), [...code, 'Enter'], 8)).toEqual([
      ...code.slice(1),
      'Enter',
    ]);
    // A chip is an input too, which a blank would tick.
    const chip = document.createElement('input');
    chip.type = 'checkbox';
    expect(prevented(chip, [...code, 'Enter'], 8)).toHaveLength(code.length);
  });

  it('takes no key from a person, nor from a screen reader', () => {
    stop = listenForWedge(() => undefined);
    const button = document.createElement('button');
    expect(prevented(button, [' ', ' ', 'h', 'j', 'Enter'], 100)).toEqual([]);
    expect(prevented(button, ['Control', 'Shift', 'Alt', 'ArrowDown', 'ArrowDown', 'Tab', 'Tab'], 8)).toEqual(
      [],
    );
    // Into a field, or the letters that choose in a list, keys go as they come.
    for (const name of ['input', 'textarea', 'select'])
      expect(prevented(document.createElement(name), [...'DA000 17'], 8)).toEqual([]);
  });

  it('leaves no trace in the field that happened to have the focus, and presses no button', () => {
    const scans: string[] = [];
    stop = listenForWedge((text) => scans.push(text));
    const field = document.createElement('input');
    document.body.append(field);
    field.value = 'half a ';
    field.focus();
    for (const key of 'DA00017') {
      fireEvent.keyDown(field, { key });
      field.value += key;
    }
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(scans).toEqual(['DA00017']);
    expect(field.value).toBe('half a ');
    field.remove();
    const enter = fireEvent.keyDown(document.body, { key: 'Enter' });
    expect(enter).toBe(true);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
