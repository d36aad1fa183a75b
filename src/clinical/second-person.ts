import { goesBy } from './display.ts';
import type { MedicationDetail } from './entries/index.ts';
import { ingredientsOf } from './ingredients.ts';
import { isInsulin } from './kinds-of-drug.ts';
import { type FurtherSecondPerson, furtherReason, NOTHING_FURTHER } from './second-person-groups.ts';

/**
 * Whether a dose asks for a second person. The list that holds everywhere is short, as ISMP advises that double checks do
 * not suit every drug (medication.md, "Two people"): members are examples by generic name, not ISMP's list. A ward adds
 * groups and drugs to it and takes none away: a second look that somebody at a desk took off these drugs would be missed
 * by nobody at the bedside, where a dose that lacks its second signature is saved all the same and says so.
 */
export interface SecondPersonNeeded {
  /** `second-check`: sees order and preparation. `witness`: of a controlled drug, with its count. */
  as: 'second-check' | 'witness';
  why: string;
}

const OPIOIDS = [
  'morphine',
  'hydromorphone',
  'oxymorphone',
  'fentanyl',
  'oxycodone',
  'hydrocodone',
  'methadone',
  'meperidine',
  'pethidine',
  'tapentadol',
  'remifentanil',
  'sufentanil',
  'alfentanil',
  'codeine',
];
/** Other drugs of the US schedules II to V that wards keep under lock and count. */
const OTHER_CONTROLLED = [
  'ketamine',
  'midazolam',
  'lorazepam',
  'diazepam',
  'clonazepam',
  'alprazolam',
  'temazepam',
  'phenobarbital',
  'zolpidem',
  'tramadol',
  'buprenorphine',
  'methylphenidate',
  'pregabalin',
];
/** Cytotoxic drugs by whatever way, tablets too (medication.md: "chemotherapy, parenteral and oral"). */
const CHEMOTHERAPY = [
  'azacitidine',
  'bendamustine',
  'bleomycin',
  'bortezomib',
  'busulfan',
  'capecitabine',
  'carboplatin',
  'carfilzomib',
  'carmustine',
  'chlorambucil',
  'cisplatin',
  'cyclophosphamide',
  'cytarabine',
  'dacarbazine',
  'daunorubicin',
  'decitabine',
  'docetaxel',
  'doxorubicin',
  'epirubicin',
  'etoposide',
  'fludarabine',
  'fluorouracil',
  'gemcitabine',
  'idarubicin',
  'ifosfamide',
  'irinotecan',
  'lomustine',
  'melphalan',
  'mercaptopurine',
  'methotrexate',
  'mitomycin',
  'mitoxantrone',
  'oxaliplatin',
  'paclitaxel',
  'pemetrexed',
  'procarbazine',
  'temozolomide',
  'topotecan',
  'vinblastine',
  'vincristine',
  'vinorelbine',
];

/** What asks everywhere, in words, for whoever sets what asks beside it. */
export const SECOND_PERSON_ALWAYS: readonly string[] = [
  'controlled drugs (a witness, with the count)',
  'epidural and intrathecal drugs',
  'insulin and heparin into a vein',
  'concentrated potassium and sodium chloride above 0.9 %',
  'chemotherapy',
  'parenteral nutrition',
  'injections for children',
];

/**
 * `undefined`: one person gives it. `ageYears`: at least so many (`leastAgeInYears`); absent where nothing is known.
 * `further`: what the ward has added.
 */
export function secondPersonFor(
  detail: Pick<MedicationDetail, 'medication' | 'route' | 'schedule'>,
  ageYears: number | undefined,
  further: FurtherSecondPerson = NOTHING_FURTHER,
): SecondPersonNeeded | undefined {
  const { text } = detail.medication;
  const drug = ingredientsOf(text);
  const has = (names: readonly string[]): boolean => names.some((name) => drug.has(name));
  const by = (...ways: string[]): boolean => goesBy(detail.route, ...ways);
  // What runs goes into a vein, unless its order says otherwise.
  const unsaid = detail.route.trim() === '' || detail.route === 'not recorded';
  const intoAVein = by('intravenous') || (unsaid && detail.schedule.type === 'continuous');
  if (has(OPIOIDS) || has(OTHER_CONTROLLED)) return { as: 'witness', why: 'a controlled drug' };
  const check = (why: string): SecondPersonNeeded => ({ as: 'second-check', why });
  for (const way of ['epidural', 'intrathecal']) if (by(way)) return check(`${way} drug`);
  if (intoAVein && isInsulin(detail)) return check('insulin into a vein');
  if (intoAVein && has(['heparin'])) return check('heparin into a vein');
  if (isConcentrated(text)) return check('concentrated electrolyte');
  if (has(CHEMOTHERAPY)) return check('chemotherapy');
  if (/parenteral nutrition|\bTPN\b/i.test(text)) return check('parenteral nutrition');
  if (ageYears !== undefined && ageYears < 18 && by('intravenous', 'intramuscular', 'subcutaneous'))
    return check('an injection for a child');
  const why = furtherReason(detail, intoAVein, further);
  return why === undefined ? undefined : check(why);
}

/**
 * Potassium by the vein is diluted, or concentrated: the name says so, or a strength of 2 and more per mL. Sodium
 * chloride above 0.9 %, as percent before or after the name, or as RxNorm has it: 9 mg/mL are 0.9 %.
 */
function isConcentrated(text: string): boolean {
  const [, amount, volume] =
    /(\d+(?:\.\d+)?) ?(?:meq|mmol) ?(?:\/|in|per) ?(\d+(?:\.\d+)?)? ?ml/i.exec(text) ?? [];
  const milliequivalentsPerMl = amount === undefined ? 0 : Number(amount) / Number(volume ?? 1);
  if (/potassium (chloride|phosphates?|acetate)/i.test(text))
    return /concentrate/i.test(text) || milliequivalentsPerMl >= 2;
  // Sodium chloride 0.9 % holds 0.154 in a millilitre.
  if (/sodium chloride/i.test(text) && milliequivalentsPerMl > 0.16) return true;
  if (/hypertonic saline/i.test(text)) return true;
  // Beside its own name: in "dextrose 5 % / sodium chloride 0.45 %" the other number is the sugar's.
  const percent =
    /(?:sodium chloride|saline)\D*(\d+(?:\.\d+)?) ?%|(\d+(?:\.\d+)?) ?% (?:sodium chloride|saline)/i.exec(
      text,
    );
  const perMl = /sodium chloride\D*(\d+(?:\.\d+)?) ?mg\/ml/i.exec(text)?.[1];
  return Number(percent?.[1] ?? percent?.[2] ?? Number(perMl ?? 0) / 10) > 0.9;
}
