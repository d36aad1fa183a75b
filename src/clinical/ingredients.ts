/**
 * Which ingredients a drug or substance name speaks of, by its words. A stand-in for a formulary: good enough to ask
 * a nurse to think, never to say that something is safe.
 */

/** Classes in which a reaction to one member counts for the others. Members by generic name as the FDA lists them. */
const ALLERGY_CLASSES: readonly { name: string; says: readonly string[]; members: readonly string[] }[] = [
  {
    name: 'penicillins',
    says: ['penicillin', 'penicillins'],
    members: [
      'penicillin',
      'amoxicillin',
      'ampicillin',
      'piperacillin',
      'flucloxacillin',
      'nafcillin',
      'oxacillin',
      'dicloxacillin',
    ],
  },
  {
    name: 'cephalosporins',
    says: ['cephalosporin', 'cephalosporins'],
    members: [
      'cefazolin',
      'ceftriaxone',
      'cefepime',
      'cefuroxime',
      'cephalexin',
      'cefalexin',
      'cefotaxime',
      'ceftazidime',
      'cefdinir',
      'cefoxitin',
    ],
  },
  {
    name: 'sulfonamide antibiotics',
    says: ['sulfa', 'sulfonamide', 'sulfonamides', 'sulphonamide'],
    members: ['sulfamethoxazole', 'sulfadiazine', 'sulfisoxazole'],
  },
  {
    name: 'nonsteroidal anti-inflammatory drugs',
    says: ['nsaid', 'nsaids'],
    members: [
      'aspirin',
      'ibuprofen',
      'naproxen',
      'ketorolac',
      'diclofenac',
      'indomethacin',
      'celecoxib',
      'meloxicam',
    ],
  },
  {
    name: 'opioids',
    says: ['opioid', 'opioids', 'opiate', 'opiates'],
    members: ['morphine', 'codeine', 'hydrocodone', 'oxycodone', 'hydromorphone', 'fentanyl', 'tramadol'],
  },
];

/** Other names of the same ingredient: international ones, and US brands under which allergies are often recorded. */
const OTHER_NAMES: Record<string, string> = {
  paracetamol: 'acetaminophen',
  tylenol: 'acetaminophen',
  acetylsalicylic: 'aspirin',
  augmentin: 'amoxicillin',
  amoxiclav: 'amoxicillin',
  zosyn: 'piperacillin',
  bactrim: 'sulfamethoxazole',
  septra: 'sulfamethoxazole',
  keflex: 'cephalexin',
  rocephin: 'ceftriaxone',
  ancef: 'cefazolin',
  motrin: 'ibuprofen',
  advil: 'ibuprofen',
  aleve: 'naproxen',
  toradol: 'ketorolac',
  percocet: 'oxycodone',
  vicodin: 'hydrocodone',
  norco: 'hydrocodone',
  dilaudid: 'hydromorphone',
  lasix: 'furosemide',
  lovenox: 'enoxaparin',
  coumadin: 'warfarin',
};

/** Salts, forms and packaging: two drugs that share only these have nothing in common. */
const NOT_INGREDIENTS = new Set(
  `acetate acid besylate bitartrate bromide calcium carbonate chloride citrate fumarate gluconate hydrobromide hydrochloride magnesium
  maleate medoxomil mesylate monohydrate nitrate phosphate potassium sodium succinate sulfate tartrate trihydrate
  actuat actuation auto capsule capsules chewable coated combination controlled cream daily delayed disintegrating dose dry each extended
  film foam gel hour hours inhalant inhalation inhaler injectable injection injector intravenous liquid lotion medicated metered mist
  nasal ophthalmic oral pack pads patch powder prefilled premix ready rectal release shampoo solution spray subcutaneous sublingual
  suppository suspension sustained syringe syrup system tablet tablets topical transdermal unit units vaginal vial week
  allergy allergic allergies anhydrous containing drug drugs finding human intolerance known mouth product recombinant substance
  systemic therapy with from for medication medicine agent preparation propensity adverse reactions reaction`.split(
    /\s+/,
  ),
);

/**
 * Ingredient words of a name: letters only, four or more, other names folded. A name that consists of salts alone
 * ("potassium chloride") is one ingredient as a whole. Insulins count by their kind: basal and mealtime insulin
 * belong together.
 */
export function ingredientsOf(text: string): Set<string> {
  const words = (
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z]{4,}/g) ?? []
  ).map((word) => OTHER_NAMES[word] ?? word);
  const named = words.filter((word) => !NOT_INGREDIENTS.has(word));
  const kinds = named.filter((word) => word !== 'insulin');
  if (kinds.length > 0) return new Set(kinds);
  if (named.length > 0) return new Set(named);
  const salts = words.filter((word) => SALTS.has(word));
  return new Set(salts.length > 0 ? [salts.sort().join(' ')] : []);
}

const SALTS = new Set(
  'acetate bromide calcium carbonate chloride citrate gluconate magnesium nitrate phosphate potassium sodium sulfate'.split(
    ' ',
  ),
);

/** The class that a drug shares with what somebody is allergic to; `undefined`: none. */
export function sharedClass(drug: ReadonlySet<string>, substance: ReadonlySet<string>): string | undefined {
  return ALLERGY_CLASSES.find(
    ({ says, members }) =>
      members.some((member) => drug.has(member)) && [...says, ...members].some((word) => substance.has(word)),
  )?.name;
}

export function shareIngredient(a: string, b: string): boolean {
  const left = ingredientsOf(a);
  return [...ingredientsOf(b)].some((word) => left.has(word));
}
