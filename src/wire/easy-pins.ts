/**
 * PINs that somebody who finds a tablet would try first (NIST SP 800-63B 5.1.1.2: commonly used, expected or
 * compromised; ASVS 5.0, 6.2.4).
 *
 * The shapes are those that people choose by (Markert, Bailey, Golla, Dürmuth, Aviv: "This PIN Can Be Easily Guessed",
 * IEEE Symposium on Security and Privacy 2020, table of selection strategies): rows, repeats, mirror images, dates.
 */

/**
 * What has no such shape and is guessed early all the same: paths over the keypad, and numbers from songs and films. A
 * choice of ours, not a published list: the waits after wrong PINs and the PIN secret are what guessing meets.
 */
const OFTEN_USED: ReadonlySet<string> = new Set([
  '102030',
  '123654',
  '123654789',
  '123789',
  '134679',
  '147258',
  '147258369',
  '147852',
  '147852369',
  '159357',
  '159753',
  '159753852',
  '315475',
  '369258147',
  '456123',
  '4815162342',
  '741852',
  '741852963',
  '753159',
  '753951',
  '789456',
  '789456123',
  '8675309',
  '852456',
  '951753',
  '9379992',
  '963852',
  '963852741',
  '987456',
  '135246',
  '142536',
  '246810',
  '520131',
  '5201314',
]);

/** Whether a PIN of six or more digits is among the first that are tried. */
export function isEasyPin(pin: string): boolean {
  return (
    OFTEN_USED.has(pin) || isRow(pin) || isRepeat(pin) || isMirrored(pin) || isOfPairs(pin) || isDate(pin)
  );
}

/** The same step from each digit to the next, round past 9: 123456, 975319, 444444. */
function isRow(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = new Set(digits.slice(1).map((digit, index) => (digit - digits[index]! + 10) % 10));
  return steps.size === 1;
}

/** One block again and again: 121212, 123123. */
const isRepeat = (pin: string): boolean => /^(\d+?)\1+$/.test(pin);

const isMirrored = (pin: string): boolean => [...pin].reverse().join('') === pin;

/** Digits that come twice or more each: 112233, 777888. */
const isOfPairs = (pin: string): boolean => /^(?:(\d)\1+)+$/.test(pin);

/** Day, month and year in the orders that people write them; the year with two digits or four. */
function isDate(pin: string): boolean {
  const two = /^(\d\d)(\d\d)(\d\d)$/.exec(pin)?.slice(1).map(Number);
  if (two) {
    const [a, b, c] = two as [number, number, number];
    return isDay(a, b) || isDay(b, a) || isDay(c, b);
  }
  const fourLast = /^(\d\d)(\d\d)(19|20)\d\d$/.exec(pin)?.slice(1, 3).map(Number);
  if (fourLast) return isDay(fourLast[0]!, fourLast[1]!) || isDay(fourLast[1]!, fourLast[0]!);
  const fourFirst = /^(?:19|20)\d\d(\d\d)(\d\d)$/.exec(pin)?.slice(1).map(Number);
  return fourFirst !== undefined && isDay(fourFirst[1]!, fourFirst[0]!);
}

const isDay = (day: number, month: number): boolean => day >= 1 && day <= 31 && month >= 1 && month <= 12;
