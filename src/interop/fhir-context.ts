import type { OrderId } from '../clinical/entries/index.ts';

/** A FHIR resource on its way out: its id is ours. */
export type Outgoing = { resourceType: string; id: string } & Record<string, unknown>;

export interface ToFhirContext {
  /** Logical id of the Patient in the EHR. */
  ehrPatient: string;
  ehrEncounter?: string;
  /** System of our business identifiers. */
  identifierSystem: string;
  /** The tablet that wrote the entry. */
  deviceName: string;
  /** Who approved it, when, and how they had signed in. */
  reviewer: { name: string; signedInBy: string; at: string };
  /** Where the EHR holds an order: its own, or one that we posted. */
  orderReference(order: OrderId): { reference: string } | { display: string };
}

export const subjectOf = (context: ToFhirContext) => ({ reference: `Patient/${context.ehrPatient}` });
export const encounterOf = (context: ToFhirContext) =>
  context.ehrEncounter === undefined ? {} : { encounter: { reference: `Encounter/${context.ehrEncounter}` } };
export const identifierOf = (context: ToFhirContext, value: string) => [
  { system: context.identifierSystem, value },
];

/** A coding of ours as a CodeableConcept. */
export const concept = (coding: { text: string; system?: string; code?: string }) => ({
  ...(coding.code === undefined
    ? {}
    : { coding: [{ ...(coding.system === undefined ? {} : { system: coding.system }), code: coding.code }] }),
  text: coding.text,
});
