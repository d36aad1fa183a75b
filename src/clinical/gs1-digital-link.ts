/**
 * GS1 Digital Link URIs, as two-dimensional codes on packages and wristbands carry them: a web address whose path says
 * the key and its qualifiers, and whose query says the rest (GS1 Digital Link Standard: URI Syntax, uncompressed form).
 * The address is read, and never opened.
 */

/** Keys that we use, with the qualifiers that may follow each in the path. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '01': ['22', '10', '21', '235'],
  '8018': ['8019'],
};

/** Words that the first version of the standard had in the place of digits. */
const WORDS: Readonly<Record<string, string>> = {
  gtin: '01',
  gsrn: '8018',
  cpv: '22',
  lot: '10',
  ser: '21',
  srin: '8019',
  exp: '17',
};

const aiOf = (name: string): string => WORDS[name.toLowerCase()] ?? name;

/** AIs and their values in order; `undefined`: an address that says no key of ours. */
export function readDigitalLink(text: string): [ai: string, value: string][] | undefined {
  const address = /^https?:\/\/[^/?#]+(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/i.exec(text.trim());
  if (!address) return undefined;
  const [, path = '', query = ''] = address;
  const segments = path.split('/').slice(1);
  const start = segments.findIndex((segment, at) =>
    isKey(aiOf(segment), segments[at + 1], segments.slice(at + 2)),
  );
  if (start < 0) return undefined;
  const found: [string, string][] = [];
  const inPath = segments.slice(start).filter((segment) => segment !== '');
  for (let at = 0; at + 1 < inPath.length; at += 2)
    found.push([aiOf(inPath[at] ?? ''), decoded(inPath[at + 1] ?? '')]);
  for (const part of query.split(/[&;]/)) {
    const [name = '', value = ''] = part.split('=', 2);
    const ai = aiOf(name);
    // What has a word for a name is about the page behind the address, not about the package.
    if (/^\d{2,4}$/.test(ai)) found.push([ai, decoded(value)]);
  }
  return found.map(([ai, value]) => [ai, ai === '01' ? value.padStart(14, '0') : value]);
}

function isKey(ai: string, value: string | undefined, rest: readonly string[]): boolean {
  const qualifiers = KEYS[ai];
  if (!qualifiers || value === undefined || !/^\d{8,18}$/.test(value)) return false;
  const behind = rest.filter((segment) => segment !== '');
  return (
    behind.length % 2 === 0 &&
    behind.every((segment, at) => at % 2 === 1 || qualifiers.includes(aiOf(segment)))
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: as it stands, which says more than nothing.
    return text;
  }
}
