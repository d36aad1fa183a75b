import { GS } from '../../../clinical/index.ts';

/** A scanner that acts as a keyboard sends a character every few milliseconds; a busy tablet lets some of them wait. */
const NEXT_KEY_WITHIN_MS = 120;
/** Nobody types as fast as this on the whole. */
const MEAN_MS = 45;
const SHORTEST = 6;
const LONGEST = 4_000;

interface Key {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
  timeStamp: number;
}

/** What a key adds to a code; FNC1 comes as Ctrl and a closing bracket, or as its own name. */
function characterOf({ key, ctrlKey, altKey, metaKey }: Key): string | undefined {
  if ((ctrlKey && key === ']') || key === 'GroupSeparator') return GS;
  return key.length === 1 && !ctrlKey && !altKey && !metaKey ? key : undefined;
}

/**
 * Tells a burst of keys that ends with Enter from what a person types. Returns what a key means: the code at its end,
 * `burst` for a character that follows faster than anybody types, `typed` otherwise.
 */
export function createWedge(): (key: Key) => { scanned: string } | 'first' | 'burst' | 'typed' {
  let text = '';
  let last = Number.NEGATIVE_INFINITY;
  let began = 0;
  return (key) => {
    // Held while the scanner writes a capital; a screen reader's keys too.
    if (key.key === 'Shift' || key.key === 'Control') return 'typed';
    // A key that is held comes as fast as a scanner's, which presses each of its own.
    if (key.repeat) {
      text = '';
      return 'typed';
    }
    const goesOn = key.timeStamp - last <= NEXT_KEY_WITHIN_MS;
    last = key.timeStamp;
    if (key.key === 'Enter' || key.key === 'Tab') {
      const scanned = text;
      text = '';
      const quick = key.timeStamp - began <= scanned.length * MEAN_MS;
      return goesOn && quick && scanned.length >= SHORTEST ? { scanned } : 'typed';
    }
    const character = characterOf(key);
    if (character === undefined || text.length >= LONGEST) {
      text = '';
      return 'typed';
    }
    if (goesOn && text !== '') {
      const quick = key.timeStamp - began <= text.length * MEAN_MS;
      text += character;
      return quick ? 'burst' : 'typed';
    }
    text = character;
    began = key.timeStamp;
    return 'first';
  };
}

type Field = HTMLInputElement | HTMLTextAreaElement;
const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** What a key does there is to write or to choose; elsewhere a blank presses a button, ticks a box or scrolls. */
const takesText = (target: EventTarget | null): boolean =>
  (isField(target) && !['checkbox', 'radio', 'button'].includes(target.type)) ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLElement && target.isContentEditable);

/** As if the code had never been typed into the field that happened to have the focus. */
function restore(field: Field, value: string): void {
  const prototype =
    field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  // React keeps its own idea of the value; only the prototype's setter and an event tell it.
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Listens on the whole screen, so that nobody has to tap a field before scanning. Returns how to stop. */
export function listenForWedge(onScan: (text: string) => void): () => void {
  const wedge = createWedge();
  let before: { field: Field; value: string } | undefined;
  const listen = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const met = wedge(event);
    if (met === 'first')
      before = isField(event.target) ? { field: event.target, value: event.target.value } : undefined;
    if (met === 'burst' && !takesText(event.target)) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (typeof met === 'string') return;
    // The Enter at the end must not press whatever has the focus.
    event.preventDefault();
    event.stopPropagation();
    if (before) restore(before.field, before.value);
    before = undefined;
    onScan(met.scanned);
  };
  addEventListener('keydown', listen, { capture: true });
  return () => removeEventListener('keydown', listen, { capture: true });
}
