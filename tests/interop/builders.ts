import type { ToFhirContext } from '../../src/interop/index.ts';

export const CONTEXT: ToFhirContext = {
  ehrPatient: 'ehr-1',
  ehrEncounter: 'enc-1',
  birthDate: '1951-03-04',
  identifierSystem: 'urn:lamplight:entry',
  deviceName: 'Tablet B4-2',
  reviewer: { name: 'Rita Records', signedInBy: 'PIN', at: '2026-11-24T20:00:00.000Z' },
  inEhr: (entry) => entry,
  orderReference: (order) =>
    order.includes('-')
      ? { reference: `MedicationRequest/${order}` }
      : { reference: 'MedicationRequest/mr-1' },
};
