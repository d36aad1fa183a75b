import type { Concept } from './fhir-shapes.ts';

/** What somebody was asked about; only all three together are "no known allergies". */
const KINDS = ['drug', 'food', 'environment'] as const;
type AllergyKind = (typeof KINDS)[number];

/** SNOMED CT, as in FHIR R4's value set of AllergyIntolerance codes. */
const BY_CODE: ReadonlyMap<string, readonly AllergyKind[]> = new Map(
  Object.entries<readonly AllergyKind[]>({
    '716186003': KINDS,
    '409137002': ['drug'],
    '429625007': ['food'],
    '428607008': ['environment'],
  }),
);
const SHORT: ReadonlyMap<string, readonly AllergyKind[]> = new Map(
  Object.entries<readonly AllergyKind[]>({ nka: KINDS, nkda: ['drug'], nkfa: ['food'] }),
);
const BY_WORD: ReadonlyMap<string, AllergyKind> = new Map(
  Object.entries<AllergyKind>({
    drug: 'drug',
    drugs: 'drug',
    medication: 'drug',
    medications: 'drug',
    medicine: 'drug',
    medicines: 'drug',
    food: 'food',
    foods: 'food',
    environment: 'environment',
    environmental: 'environment',
  }),
);
const SAYS_NOTHING = /\b(no|known|allerg(y|ies|ic|en|ens)|reactions?|to|or|and|situation|finding)\b/g;
/** "No known drug allergies except penicillin" names an allergy: it must be seen as one. */
const MAKES_EXCEPTION = /\b(except|excepting|excluding|but|besides|apart|aside|other)\b/;

/** FHIR R4 `AllergyIntolerance.category`; a biologic is neither of the three in full. */
const BY_CATEGORY: ReadonlyMap<string, AllergyKind> = new Map(
  Object.entries<AllergyKind>({
    medication: 'drug',
    food: 'food',
    environment: 'environment',
  }),
);

/**
 * Of which kinds of allergy this says that none are known; `undefined`: it says no such thing. Words and categories
 * narrow what a code says, and a word that we do not know ("latex") leaves nothing: to show "No known allergies" to
 * somebody who was asked about food alone would be a lie.
 */
export function noneKnownOf(
  concept: Concept | undefined,
  categories: readonly string[] = [],
): readonly AllergyKind[] | undefined {
  const said = [
    ...(concept?.coding ?? []).flatMap(({ code, display }) => [BY_CODE.get(code ?? ''), inWords(display)]),
    inWords(concept?.text),
  ].filter((kinds) => kinds !== undefined);
  if (said.length === 0) return undefined;
  if (categories.length > 0) said.push(categories.flatMap((category) => BY_CATEGORY.get(category) ?? []));
  return KINDS.filter((kind) => said.every((kinds) => kinds.includes(kind)));
}

export const isOfAll = (kinds: readonly AllergyKind[]): boolean =>
  KINDS.every((kind) => kinds.includes(kind));

function inWords(text: string | undefined): readonly AllergyKind[] | undefined {
  const words = (text ?? '').trim().toLowerCase();
  if (SHORT.has(words)) return SHORT.get(words);
  if (!/^no known\b.*\ballerg/.test(words) || MAKES_EXCEPTION.test(words)) return undefined;
  const left = words.replace(SAYS_NOTHING, ' ').match(/[\p{L}\d]+/gu) ?? [];
  if (left.length === 0) return KINDS;
  const kinds = left.map((word) => BY_WORD.get(word));
  return kinds.includes(undefined) ? [] : kinds.filter((kind) => kind !== undefined);
}
