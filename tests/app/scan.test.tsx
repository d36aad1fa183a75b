// @vitest-environment jsdom
import './browser.ts';
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { createWedge, listenForWedge } from '../../src/app/tablet/scan/wedge.ts';

/** Keys that follow each other after so many milliseconds. */
function keys(everyMs: number) {
  const wedge = createWedge();
  let timeStamp = 1000;
  return (key: string, more: { ctrlKey?: boolean } = {}) => {
    timeStamp += everyMs;
    return wedge({ key, ctrlKey: false, altKey: false, metaKey: false, timeStamp, ...more });
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
