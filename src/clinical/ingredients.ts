/**
 * Which ingredients a drug or substance name speaks of, by its words. A stand-in for a formulary: good enough to ask
 * a nurse to think, never to say that something is safe.
 */

/**
 * Classes in which a reaction to one member counts for the others: members by generic name as the FDA lists them, and
 * what the stem of an international name says (WHO, "The use of stems in the selection of INN": -cillin, cef-, -coxib,
 * -fenac, -oxicam, -profen), so that no list has to hold "benzylpenicillin" and "cefaclor" too.
 */
const ALLERGY_CLASSES: readonly {
  name: string;
  says: readonly string[];
  members: readonly string[];
  stem?: RegExp;
}[] = [
  {
    name: 'penicillins',
    says: ['penicillin', 'penicillins'],
    members: [],
    stem: /(cillin|cillinam)$/,
  },
  {
    name: 'cephalosporins',
    says: ['cephalosporin', 'cephalosporins'],
    members: [],
    stem: /^(cef|ceph(al|ap|rad))/,
  },
  {
    name: 'sulfonamide antibiotics',
    says: ['sulfa', 'sulfonamide', 'sulfonamides', 'sulphonamide', 'sulphonamides'],
    members: [
      'sulfamethoxazole',
      'sulfadiazine',
      'sulfisoxazole',
      'sulfacetamide',
      'sulfadoxine',
      'sulfasalazine',
    ],
  },
  {
    name: 'nonsteroidal anti-inflammatory drugs',
    says: ['nsaid', 'nsaids'],
    members: ['aspirin', 'naproxen', 'ketorolac', 'indomethacin', 'etodolac', 'nabumetone', 'mefenamic'],
    stem: /(coxib|fenac|oxicam|profen)$/,
  },
  {
    name: 'opioids',
    says: ['opioid', 'opioids', 'opiate', 'opiates'],
    members: [
      'morphine',
      'codeine',
      'dihydrocodeine',
      'hydrocodone',
      'oxycodone',
      'oxymorphone',
      'hydromorphone',
      'fentanyl',
      'alfentanil',
      'remifentanil',
      'sufentanil',
      'meperidine',
      'methadone',
      'buprenorphine',
      'tapentadol',
      'tramadol',
    ],
  },
];

/** Other names of the same ingredient: international ones, and US brands under which allergies are often recorded. */
const OTHER_NAMES: Record<string, string> = {
  paracetamol: 'acetaminophen',
  tylenol: 'acetaminophen',
  acetylsalicylic: 'aspirin',
  augmentin: 'amoxicillin',
  amoxiclav: 'amoxicillin',
  tazocin: 'piperacillin',
  trimoxazole: 'sulfamethoxazole',
  septrin: 'sulfamethoxazole',
  cefalexin: 'cephalexin',
  indometacin: 'indomethacin',
  pethidine: 'meperidine',
  adrenaline: 'epinephrine',
  noradrenaline: 'norepinephrine',
  salbutamol: 'albuterol',
  frusemide: 'furosemide',
  rifampicin: 'rifampin',
  glibenclamide: 'glyburide',
  ciclosporin: 'cyclosporine',
  aciclovir: 'acyclovir',
  lignocaine: 'lidocaine',
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
  maleate medoxomil mesylate monohydrate nitrate phosphate potassium sodium succinate sulfate sulphate tartrate trihydrate
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
  'acetate bromide calcium carbonate chloride citrate gluconate magnesium nitrate phosphate potassium sodium sulfate sulphate'.split(
    ' ',
  ),
);

/** The class that a drug shares with what somebody is allergic to; `undefined`: none. */
export function sharedClass(drug: ReadonlySet<string>, substance: ReadonlySet<string>): string | undefined {
  return ALLERGY_CLASSES.find(({ says, members, stem }) => {
    const isMember = (word: string): boolean => members.includes(word) || stem?.test(word) === true;
    return [...drug].some(isMember) && [...substance].some((word) => says.includes(word) || isMember(word));
  })?.name;
}

export function shareIngredient(a: string, b: string): boolean {
  const left = ingredientsOf(a);
  return [...ingredientsOf(b)].some((word) => left.has(word));
}
