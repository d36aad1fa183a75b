import { readDigitalLink } from './gs1-digital-link.ts';

/**
 * GS1 element strings, as barcodes on drug packages carry them: application identifier (AI), value, and so on. GS1
 * General Specifications, section 3 and figure 7.8.5-2; formats as in GS1's syntax dictionary (Apache-2.0), release
 * 2026-01-27, against which the tests hold the tables below.
 */

/** FNC1 in a message: ends a value whose length is not told by its AI. Scanners send it as this character. */
export const GS = '\u001d';

/** What scanners put before a message to say that it is GS1's: Code 128, DataBar, Data Matrix, QR, DotCode. */
const SYMBOLOGY = /^\](C1|e0|d2|Q3|J1)/;
/** Of a code with plain digits: EAN and UPC, Code 128, Interleaved 2 of 5, and the same two-dimensional ones. */
const PLAIN_SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;

/** Digits of AI and value together where GS1 fixed them for ever, by the first two digits: no FNC1 follows. */
const PREDEFINED: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['00'].map((prefix) => [prefix, 20])),
  ...Object.fromEntries(['01', '02', '03'].map((prefix) => [prefix, 16])),
  '04': 18,
  ...Object.fromEntries(['11', '12', '13', '14', '15', '16', '17', '18', '19'].map((prefix) => [prefix, 8])),
  '20': 4,
  ...Object.fromEntries(['31', '32', '33', '34', '35', '36'].map((prefix) => [prefix, 10])),
  '41': 16,
};

const THREE_DIGITS = ['23', '24', '25', '40', '41', '42', '71'];
const FOUR_DIGITS = ['31', '32', '33', '34', '35', '36', '39', '43', '70', '72', '80', '81', '82'];

/** How many digits the AI has that begins with these two. */
export const aiLength = (prefix: string): number =>
  THREE_DIGITS.includes(prefix) ? 3 : FOUR_DIGITS.includes(prefix) ? 4 : 2;

/** Digits of the value where no FNC1 has to follow; `undefined`: it ends at FNC1 or with the message. */
export function predefinedLength(ai: string): number | undefined {
  const total = PREDEFINED[ai.slice(0, 2)];
  return total === undefined ? undefined : total - ai.length;
}

/** The longest values of what a drug's barcode says with no fixed length. */
const LONGEST: Readonly<Record<string, number>> = { '10': 20, '21': 20, '22': 20 };
const LONGEST_OF_ANY = 90;

export interface ElementString {
  values: ReadonlyMap<string, string>;
  /** What could not be read, in words; what stands before it holds. */
  problem?: string;
}

/** Reads a GS1 message, as a scanner sends it, with its AIs in brackets, or as a web address. `undefined`: it is none. */
export function readElementString(text: string): ElementString | undefined {
  const link = readDigitalLink(text.replace(PLAIN_SYMBOLOGY, ''));
  if (link) return inOrder(link);
  const isGs1 = SYMBOLOGY.test(text);
  const message = text.replace(SYMBOLOGY, '').replace(new RegExp(`^${GS}`), '');
  if (/^\(\d{2,4}\)/.test(message)) return inBrackets(message);
  if (!isGs1 && !text.startsWith(GS) && !looksLikeGs1(message)) return undefined;
  return inSequence(message);
}

/** Many wedge scanners send no prefix: a GTIN with a right check digit behind its AI is sign enough. */
const looksLikeGs1 = (message: string): boolean =>
  /^01\d{14}/.test(message) && hasCheckDigit(message.slice(2, 16)) && message.length !== 14;

function inBrackets(message: string): ElementString {
  const found = message.matchAll(/\((\d{2,4})\)((?:(?!\(\d{2,4}\)).)*)/g);
  return inOrder([...found].map(([, ai = '', value = '']) => [ai, value.replaceAll(GS, '')]));
}

function inOrder(found: readonly (readonly [ai: string, value: string])[]): ElementString {
  const values = new Map<string, string>();
  for (const [ai, value] of found) {
    const problem = add(values, ai, value);
    if (problem) return { values, problem };
  }
  return { values };
}

function inSequence(message: string): ElementString {
  const values = new Map<string, string>();
  let rest = message;
  while (rest !== '') {
    const length = aiLength(rest.slice(0, 2));
    const ai = rest.slice(0, length);
    if (!/^\d+$/.test(ai) || ai.length < length)
      return { values, problem: 'part of the barcode is not as GS1 says' };
    const fixed = predefinedLength(ai);
    const stop = rest.indexOf(GS, length);
    const end = fixed === undefined ? (stop < 0 ? rest.length : stop) : length + fixed;
    const problem = add(values, ai, rest.slice(length, end));
    if (problem) return { values, problem };
    rest = rest.slice(end).replace(new RegExp(`^${GS}`), '');
  }
  return { values };
}

function add(values: Map<string, string>, ai: string, value: string): string | undefined {
  const fixed = predefinedLength(ai);
  if (fixed !== undefined && (value.length !== fixed || !/^\d+$/.test(value)))
    return `the value of (${ai}) is cut off`;
  // A scanner that leaves FNC1 out runs values into each other: better none than a wrong one.
  if (value === '' || value.length > (LONGEST[ai] ?? LONGEST_OF_ANY))
    return `where the value of (${ai}) ends is not known: the scanner should send FNC1`;
  if (values.has(ai) && values.get(ai) !== value) return `(${ai}) is said twice`;
  values.set(ai, value);
  return undefined;
}

/** GS1 check digit, modulo 10 with weights 3 and 1 from the right (General Specifications, 7.9). */
export function hasCheckDigit(digits: string): boolean {
  if (!/^\d+$/.test(digits)) return false;
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

/** What the code on a package says of it. */
export interface DrugCode {
  /** 14 digits. */
  gtin?: string;
  /** Ten digits, where a label has the National Drug Code alone. */
  ndc?: string;
  /** Last day on which it may be used, `2027-03-31`. */
  expiry?: string;
  lot?: string;
  serial?: string;
  /** What of the code could not be read. */
  problem?: string;
}

/** Reads a code on a drug's package: GS1, a plain EAN, UPC or GTIN, or an NDC. `undefined`: it is none of them. */
export function readDrugCode(text: string, now: string): DrugCode | undefined {
  const elements = readElementString(text);
  if (elements) {
    const { values } = elements;
    const gtin = values.get('01');
    const right = gtin !== undefined && hasCheckDigit(gtin);
    const date = values.get('17');
    const expiry = date === undefined ? undefined : expiryDate(date, now);
    const [lot, serial] = [values.get('10'), values.get('21')];
    const problem =
      elements.problem ??
      (gtin !== undefined && !right
        ? 'the check digit of its GTIN is wrong'
        : date !== undefined && expiry === undefined
          ? 'its expiry date is no date'
          : undefined);
    return {
      ...(right ? { gtin } : {}),
      ...(expiry === undefined ? {} : { expiry }),
      ...(lot === undefined ? {} : { lot }),
      ...(serial === undefined ? {} : { serial }),
      ...(problem === undefined ? {} : { problem }),
    };
  }
  const digits = text.replace(PLAIN_SYMBOLOGY, '').trim();
  if (/^(\d{8}|\d{12,14})$/.test(digits) && hasCheckDigit(digits)) return { gtin: digits.padStart(14, '0') };
  const [ndc] = ndcDigits(digits);
  return ndc === undefined ? undefined : { ndc };
}

/**
 * `YYMMDD` to a date; day 00 is the month's last. The century is the one that puts it within 50 years of now (General
 * Specifications, 7.12).
 */
export function expiryDate(yymmdd: string, now: string): string | undefined {
  if (!/^\d{6}$/.test(yymmdd)) return undefined;
  const [yy, month, day] = [0, 2, 4].map((at) => Number(yymmdd.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  const thisYear = Number(now.slice(0, 4));
  const ahead = yy - (thisYear % 100);
  const year = thisYear - (thisYear % 100) + yy + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
  if (month < 1 || month > 12) return undefined;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day > last) return undefined;
  return `${year}-${yymmdd.slice(2, 4)}-${String(day === 0 ? last : day).padStart(2, '0')}`;
}

/**
 * A National Drug Code as ten digits, which barcodes carry. With its hyphens (4-4-2, 5-3-2, 5-4-1) it is one; the eleven
 * digits of bills (5-4-2) have a zero put in at a place that they do not tell, so each possible one is given.
 */
export function ndcDigits(text: string): string[] {
  const parts = text.trim().split('-');
  const digits = parts.join('');
  if (!/^\d+$/.test(digits)) return [];
  if (parts.length === 3 && digits.length === 10) return [digits];
  if (parts.length === 1 && digits.length === 10) return [digits];
  if (digits.length !== 11 || (parts.length !== 1 && parts.length !== 3)) return [];
  return [
    ...new Set(
      [0, 5, 9].filter((at) => digits[at] === '0').map((at) => digits.slice(0, at) + digits.slice(at + 1)),
    ),
  ];
}

/** The ten digits of the NDC inside a GTIN of the United States (`03`, behind the digit of the packing level). */
export const ndcOfGtin = (gtin: string): string | undefined =>
  gtin.slice(1, 3) === '03' ? gtin.slice(3, 13) : undefined;
