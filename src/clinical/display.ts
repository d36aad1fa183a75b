import type { OrderDetail, PersonName, Quantity, Schedule, Sex } from './entries/index.ts';

/** How things are shown. NHS Common User Interface (medication line); Joint Commission and ISMP lists. */

/** `1,000`, `0.5`, `5`: comma from 1,000, a leading zero, no trailing zero. Never rounds a small dose to 0. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 12 }).format(value);
}

/** UCUM and everyday unit codes to what is safe to read. */
const UNITS: Record<string, string> = {
  ug: 'mcg',
  '\u00b5g': 'mcg',
  '\u03bcg': 'mcg',
  '[IU]': 'units',
  U: 'units',
  u: 'units',
  UNT: 'units',
  IU: 'international units',
  '{tbl}': 'tablets',
  '{puff}': 'puffs',
  '{score}': '',
  '[drp]': 'drops',
  Cel: '\u00b0C',
  'mm[Hg]': 'mmHg',
  cc: 'mL',
  ml: 'mL',
  meq: 'mEq',
  '1': '',
};

const COUNTED: Record<string, string> = {
  tablets: 'tablet',
  capsules: 'capsule',
  puffs: 'puff',
  drops: 'drop',
  units: 'unit',
  'international units': 'international unit',
};

/** `ug/kg/min` reads `mcg/kg/min`, `/min` reads `per minute`, `{capsule}` reads `capsule`. */
export function formatUnit(unit: string): string {
  if (unit === '/min') return 'per minute';
  return unit
    .split('/')
    .map((part) => UNITS[part] ?? part.replace(/^\{(.*)\}$/, '$1'))
    .join('/');
}

/** `500 mg`, `10 units`, `1 tablet`: the number and its unit, never apart. */
export function formatQuantity(quantity: Quantity): string {
  const unit = formatUnit(quantity.unit);
  return `${formatNumber(quantity.value)} ${quantity.value === 1 ? (COUNTED[unit] ?? unit) : unit}`.trim();
}

/** `FAMILY, Given`. */
export function displayName(name: PersonName): string {
  const family = name.family.toLocaleUpperCase('en');
  if (family === '' || name.given === '') return family || name.given || 'Name not known';
  return `${family}, ${name.given}`;
}

export const sexInWords = (sex: Sex): string =>
  ({ female: 'Female', male: 'Male', other: 'Other', unknown: 'Not known' })[sex];

/** FDA name pairs (public domain): look-alike names with their differing part in capitals. */
const TALL_MAN =
  `acetaZOLAMIDE acetoHEXAMIDE buPROPion busPIRone CARBOplatin CISplatin chlorproMAZINE chlorproPAMIDE clomiPHENE
  clomiPRAMINE cycloSERINE cycloSPORINE DAUNOrubicin DOXOrubicin dimenhyDRINATE diphenhydrAMINE DOBUTamine DOPamine glipiZIDE glyBURIDE
  hydrALAZINE hydrOXYzine medroxyPROGESTERone methylPREDNISolone methylTESTOSTERone niCARdipine NIFEdipine predniSONE prednisoLONE
  sulfADIAZINE sulfiSOXAZOLE TOLAZamide TOLBUTamide vinBLAStine vinCRIStine`.split(/\s+/);
const TALL_MAN_BY_NAME = new Map(TALL_MAN.map((name) => [name.toLowerCase(), name]));

/** Writes look-alike names in tall-man letters, whatever case they came in. */
export function tallMan(text: string): string {
  return text.replace(/[A-Za-z]+/g, (word) => TALL_MAN_BY_NAME.get(word.toLowerCase()) ?? word);
}

/** Codes of HL7 v2 table 0162 and v3-RouteOfAdministration to words; "SC", "IN", "OD" and their like are never shown. */
const ROUTES: Record<string, string> = {
  PO: 'by mouth',
  ORAL: 'by mouth',
  IV: 'intravenous',
  IVINJ: 'intravenous injection',
  IVP: 'intravenous injection',
  IVPB: 'intravenous infusion',
  IVDRIP: 'intravenous infusion',
  IM: 'intramuscular',
  SC: 'subcutaneous',
  SQ: 'subcutaneous',
  SUBQ: 'subcutaneous',
  SUBCUT: 'subcutaneous',
  SL: 'under the tongue',
  B: 'in the cheek',
  PR: 'rectal',
  TD: 'transdermal',
  TRNSDERM: 'transdermal',
  TP: 'topical',
  TOPICAL: 'topical',
  IH: 'inhaled',
  IPINHL: 'inhaled',
  NEB: 'nebulised',
  IN: 'into the nose',
  NASINHL: 'into the nose',
  NS: 'into the nose',
  NG: 'by nasogastric tube',
  GTT: 'by gastrostomy tube',
  OP: 'into the eye',
  OT: 'into the ear',
  EP: 'epidural',
  IT: 'intrathecal',
  VG: 'vaginal',
  ID: 'intradermal',
  ET: 'by endotracheal tube',
  WND: 'into the wound',
};

/** What SNOMED CT and v3 displays call a route, where that is not the plain word ("Intravenous route", "Swallow, oral"). */
const ROUTE_DISPLAYS: Record<string, string> = {
  oral: 'by mouth',
  'swallow, oral': 'by mouth',
  'by mouth': 'by mouth',
  sublingual: 'under the tongue',
  buccal: 'in the cheek',
  'per rectum': 'rectal',
  nasal: 'into the nose',
  ophthalmic: 'into the eye',
  otic: 'into the ear',
  inhalation: 'inhaled',
  nasogastric: 'by nasogastric tube',
  gastrostomy: 'by gastrostomy tube',
  'injection, intravenous': 'intravenous injection',
  'infusion, intravenous': 'intravenous infusion',
  'injection, intramuscular': 'intramuscular',
  'injection, subcutaneous': 'subcutaneous',
  'injection, epidural': 'epidural',
  'injection, intrathecal': 'intrathecal',
  'injection, intradermal': 'intradermal',
};
const ROUTE_WORDS = new Set([...Object.values(ROUTES), ...Object.values(ROUTE_DISPLAYS)]);

/** A code, or what an EHR calls a route, in one set of words; what is neither stays as it was written. */
export function routeInWords(route: string): string {
  const code = ROUTES[route.trim().toUpperCase()];
  if (code !== undefined) return code;
  const words = route
    .toLowerCase()
    .replace(/\(qualifier value\)/, '')
    .replace(/\s+(route|use)\s*$/, '')
    .trim();
  return ROUTE_DISPLAYS[words] ?? (ROUTE_WORDS.has(words) ? words : route);
}

/**
 * Whether a route is, or may be, of a kind: an EHR may name several ("intravenous or intramuscular"), and what guards a
 * dose must then be on.
 */
export const goesBy = (route: string, ...ways: readonly string[]): boolean => {
  const words = routeInWords(route)
    .toLowerCase()
    .replace(/\bi\.?v\b\.?/g, 'intravenous')
    .replace(/\bi\.?m\b\.?/g, 'intramuscular')
    .replace(/\b(?:s\.?c|s\.?q|subq|subcut)\b\.?/g, 'subcutaneous');
  return ways.some((way) => words.includes(way));
};

/**
 * Translates the Joint Commission's "Do Not Use" list and the plainest of ISMP's in somebody else's words. Only what
 * has one meaning: "MS" or "OD" stay as they are, since to guess is worse. `1.0` may be a precision outside of doses,
 * so a trailing zero goes only before a unit of dose.
 */
const UNSAFE: readonly (readonly [RegExp, string])[] = [
  [/\bq\.?o\.?d\b\.?/gi, 'every other day'],
  [/\bq\.?d\b\.?/gi, 'daily'],
  [/\bq\.?h\.?s\b\.?/gi, 'at bedtime'],
  [/\bb\.?i\.?d\b\.?/gi, 'twice a day'],
  [/\bt\.?i\.?d\b\.?/gi, 'three times a day'],
  [/\bq\.?i\.?d\b\.?/gi, 'four times a day'],
  [/\bq(\d{1,2})h\b/gi, 'every $1 hours'],
  [/\bprn\b/gi, 'as needed'],
  [/\bper os\b/gi, 'by mouth'],
  [/\bMgSO4\b/gi, 'magnesium sulfate'],
  [/\bMSO4\b/gi, 'morphine sulfate'],
  [/(\d)\s*IU\b/gi, '$1 international units'],
  [/(\d)\s*U\b/gi, '$1 units'],
  [/(\d)\s*(?:\u00b5g|\u03bcg|ug)\b/gi, '$1 mcg'],
  [/(\d)\s*cc\b/gi, '$1 mL'],
  // Behind a space or at the beginning alone: in "Give slowly.2 tablets" the stop ends a sentence.
  [/(?<![^\s(/=:~+<>\u2264\u2265\u2013-])\.(\d)/g, '0.$1'],
  [/\b(\d+)\.0+(?=\s*(?:mg|g|mcg|mL|units?|mmol|mEq|tablets?|capsules?|puffs?|drops?)\b)/gi, '$1'],
  [/\b(\d+\.\d*[1-9])0+(?=\s*(?:mg|g|mcg|mL|units?|mmol|mEq|tablets?|capsules?|puffs?|drops?)\b)/gi, '$1'],
];

export const withoutUnsafeAbbreviations = (text: string): string =>
  UNSAFE.reduce((safe, [pattern, words]) => safe.replace(pattern, words), text);

/** The schedule in words: never QD, QOD or HS. */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.type) {
    case 'times': {
      const often =
        schedule.everyDays === 1
          ? 'daily'
          : schedule.everyDays === 2
            ? 'every other day'
            : schedule.everyDays === 7
              ? 'weekly'
              : `every ${schedule.everyDays} days`;
      return `${often} at ${schedule.times.join(' ')}`;
    }
    case 'every':
      return schedule.hours < 1
        ? `every ${formatNumber(schedule.hours * 60)} minutes`
        : schedule.hours === 1
          ? 'every hour'
          : `every ${formatNumber(schedule.hours)} hours`;
    case 'once':
      return schedule.stat ? 'once, immediately (STAT)' : 'once';
    case 'as-needed': {
      const limits = [
        schedule.leastIntervalHours === undefined
          ? ''
          : `at least ${formatNumber(schedule.leastIntervalHours)} ${schedule.leastIntervalHours === 1 ? 'hour' : 'hours'} apart`,
        schedule.mostPerDay === undefined ? '' : `at most ${schedule.mostPerDay} in 24 hours`,
      ].filter((text) => text !== '');
      return [
        'as needed',
        schedule.for ? `for ${withoutUnsafeAbbreviations(schedule.for)}` : '',
        limits.length > 0 ? `(${limits.join(', ')})` : '',
      ]
        .filter((text) => text !== '')
        .join(' ');
    }
    case 'continuous':
      return `continuous, RATE ${formatQuantity(schedule.rate)}`;
    case 'as-written':
      return withoutUnsafeAbbreviations(schedule.text);
  }
}

type MedicationLineParts = Partial<Omit<Extract<OrderDetail, { category: 'medication' }>, 'category'>> &
  Pick<Extract<OrderDetail, { category: 'medication' }>, 'medication' | 'schedule'>;

/** An order that is no medicine: what, from where or how often, how urgent. */
export function serviceLine(order: Exclude<OrderDetail, { category: 'medication' }>): string {
  const detail =
    order.category === 'laboratory'
      ? order.specimen
      : order.category === 'imaging'
        ? order.bodySite
        : order.category === 'nursing'
          ? order.frequency
          : order.category === 'consult'
            ? order.question
            : order.category === 'blood-product'
              ? `${order.units} ${order.units === 1 ? 'unit' : 'units'}`
              : undefined;
  const priority = { routine: 'routine', urgent: 'urgent', asap: 'as soon as possible', stat: 'STAT' }[
    order.priority
  ];
  return [
    withoutUnsafeAbbreviations(order.request.text),
    detail === undefined ? '' : withoutUnsafeAbbreviations(detail),
    priority,
    withoutUnsafeAbbreviations(order.instructions ?? ''),
  ]
    .filter((part) => part !== '')
    .join(' – ');
}

/** NHS Common User Interface medication line: drug – DOSE amount – route – frequency – indication. */
export function medicationLine(order: MedicationLineParts): string {
  return [
    tallMan(withoutUnsafeAbbreviations(order.medication.text)),
    order.dose && order.dose.unit !== 'not recorded'
      ? `DOSE ${formatQuantity(order.dose)}`
      : 'DOSE not recorded',
    order.route && order.route !== 'not recorded' ? routeInWords(order.route) : 'route not recorded',
    describeSchedule(order.schedule),
    withoutUnsafeAbbreviations(order.indication ?? ''),
  ]
    .filter((part) => part !== '')
    .join(' – ');
}
