import type { PersonName, Sex } from './entries/index.ts';

/** Distinct by ear and eye: the spelling alphabet. */
const WORDS = [
  'Alpha',
  'Bravo',
  'Charlie',
  'Delta',
  'Echo',
  'Foxtrot',
  'Golf',
  'Hotel',
  'India',
  'Juliet',
  'Kilo',
  'Lima',
  'Mike',
  'November',
  'Oscar',
  'Papa',
  'Quebec',
  'Romeo',
  'Sierra',
  'Tango',
  'Uniform',
  'Victor',
  'Whiskey',
  'Xray',
  'Yankee',
  'Zulu',
];

/** A stand-in name that nobody on the ward has: "Unknown Male Alpha-07". `random` in [0, 1). */
export function unknownName(sex: Sex, taken: readonly string[], random: number): PersonName {
  const title = sex === 'male' ? 'Unknown Male' : sex === 'female' ? 'Unknown Female' : 'Unknown Person';
  const count = WORDS.length * 99;
  const start = Math.floor(random * count);
  for (let offset = 0; offset < count; offset++) {
    const index = (start + offset) % count;
    const given = `${WORDS[index % WORDS.length]}-${String(Math.floor(index / WORDS.length) + 1).padStart(2, '0')}`;
    if (!taken.includes(given)) return { family: title, given };
  }
  throw new Error('every stand-in name is taken');
}

const VALUES = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*';

/** ISO/IEC 7064 MOD 37-2 check character. UK transfusion services' example: G123498654321 gives H. */
export function checkCharacter(text: string): string {
  let product = 0;
  for (const character of text) product = ((product + VALUES.indexOf(character)) * 2) % 37;
  return VALUES[(((1 - product) % 37) + 37) % 37]!;
}

/** `D`, the tablet's range, four digits or more, check character. `null`: this serial's check is `*`, skip it. */
export function downtimeNumber(range: string, serial: number): string | null {
  const text = `D${range}${String(serial).padStart(4, '0')}`;
  const check = checkCharacter(text);
  return check === '*' ? null : `${text}${check}`;
}

/** Reads a typed or scanned number: folds case, spaces and hyphens; `null` when its check character fails. */
export function readDowntimeNumber(typed: string): string | null {
  const text = typed.toUpperCase().replace(/[\s-]/g, '');
  if (!/^D[A-Z0-9]{6,}$/.test(text)) return null;
  return checkCharacter(text.slice(0, -1)) === text.at(-1) ? text : null;
}
