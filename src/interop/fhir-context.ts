import type { EntryId, OrderId } from '../clinical/entries/index.ts';

/** A FHIR resource on its way out: its id is ours. */
export type Outgoing = { resourceType: string; id: string } & Record<string, unknown>;

/** How an order stands; `stopped` is FHIR's `revoked` where a request is no MedicationRequest. */
export type OrderStatus = 'active' | 'on-hold' | 'stopped';

export interface ToFhirContext {
  /** Logical id of the Patient in the EHR. */
  ehrPatient: string;
  ehrEncounter?: string;
  /** Date of birth, as far as known: a child has no NEWS2. */
  birthDate?: string;
  /** Pregnant, or within 42 days after birth, at that moment: NEWS2 is not hers. */
  isPregnant?(at: string): boolean;
  /** System of our business identifiers. */
  identifierSystem: string;
  /** The tablet that wrote the entry. */
  deviceName: string;
  /** Who approved it, when, and how they had signed in. */
  reviewer: { name: string; signedInBy: string; at: string };
  /** Where the EHR holds an order: its own, or one that we posted. */
  orderReference(order: OrderId): { reference: string } | { display: string };
  /** The entry by which the EHR holds what this one states, corrected or not; `undefined`: it does not hold it. */
  inEhr(entry: EntryId): EntryId | undefined;
  /** What became of an order of ours, by all that the EHR was told of it; absent: it is active. */
  orderStatus?(order: EntryId): { status: OrderStatus; reason?: string };
  /** Of an entry that changes an order: the EHR's order says so already. */
  isOrderTold?: boolean;
  /** A picture that an entry names: its bytes in base64, and FHIR's hash of them (SHA-1, base64). */
  picture?(sha256: string): { data: string; hash: string } | undefined;
  /** Who signed an entry as the second person, as far as it is known now. */
  secondSignatures?(entry: EntryId): { name: string; at: string }[];
  /** By which resources the EHR holds an entry, without their Provenance. */
  heldAs?(entry: EntryId): { type: string; id: string }[];
  /**
   * Of a turn of an infusion: the turn that began it, when the next one came, as far as it is known now, and of the last
   * how much ran in.
   */
  infusion?(turn: EntryId): { firstTurn?: EntryId; until?: string; givenMl?: number } | undefined;
}

export const subjectOf = (context: ToFhirContext) => ({ reference: `Patient/${context.ehrPatient}` });
export const encounterOf = (context: ToFhirContext) =>
  context.ehrEncounter === undefined ? {} : { encounter: { reference: `Encounter/${context.ehrEncounter}` } };
export const identifierOf = (context: ToFhirContext, value: string) => [
  { system: context.identifierSystem, value },
];

/** What this is part of. An EHR that checks references takes none to what it does not hold. */
export function partOf(
  type: 'MedicationAdministration' | 'Procedure',
  entry: EntryId | undefined,
  context: ToFhirContext,
): { partOf?: [{ reference: string } | { display: string }] } {
  if (entry === undefined) return {};
  const held = context.inEhr(entry);
  return {
    partOf: [
      held === undefined
        ? { display: `${type} of the downtime, not in the EHR` }
        : { reference: `${type}/${held}` },
    ],
  };
}

const UCUM = 'http://unitsofmeasure.org';

/** Units of dose that we send as UCUM codes (codes.md); any other goes as the text that it is. */
const UCUM_DOSES: Record<string, string> = {
  ...Object.fromEntries(
    [
      'mg',
      'g',
      'kg',
      'ug',
      'ng',
      'mmol',
      'meq',
      'mL',
      'L',
      '[IU]',
      'U',
      '[drp]',
      '%',
      'h',
      'mg/kg',
      'mL/h',
    ].map((unit) => [unit, unit]),
  ),
  mcg: 'ug',
  ml: 'mL',
  mEq: 'meq',
  units: '[IU]',
};

/** A dose as FHIR has it, with a UCUM code only where the unit is one. */
export function quantityOf(dose: { value: number; unit: string }) {
  const code = UCUM_DOSES[dose.unit] ?? (/^\{[A-Za-z ]+\}$/.test(dose.unit) ? dose.unit : undefined);
  return { value: dose.value, unit: dose.unit, ...(code === undefined ? {} : { system: UCUM, code }) };
}

/** Alerts that the author charted over, with the reason: for the EHR's eyes too. */
export const overrideNotes = (
  overrides: readonly { message: string; reason: string }[],
): { text: string }[] =>
  overrides.map(({ message, reason }) => ({ text: `Alert: ${message} Done all the same: ${reason}` }));

/** FHIR knows no empty strings and no empty lists. */
export const present = <K extends string, T>(key: K, value: T | '' | undefined): { [P in K]?: T } =>
  (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    ? {}
    : { [key]: value }) as { [P in K]?: T };

/** A coding of ours as a CodeableConcept. */
export const concept = (coding: { text: string; system?: string; code?: string }) => ({
  ...(coding.code === undefined
    ? {}
    : { coding: [{ ...(coding.system === undefined ? {} : { system: coding.system }), code: coding.code }] }),
  text: coding.text,
});
