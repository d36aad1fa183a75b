import { snapshotFromFhir } from '../../interop/index.ts';
import { type RankedCandidate, rankCandidates } from '../../matching/index.ts';
import type { FhirGateway } from '../ehr/gateway.ts';
import { findPatients } from '../ehr/read-census.ts';
import { RefusalError } from '../refusal.ts';
import type { PatientRecord } from './ward-entries.ts';

/** More than these nobody reads. */
const MOST = 10;

/**
 * Who of the EHR's patients a patient registered on the ward may be, likeliest first, with the reasons of each. Throws a
 * refusal in the clerk's words when the EHR cannot be searched.
 */
export async function candidatesFor(
  found: PatientRecord,
  gateway: FhirGateway | undefined,
): Promise<RankedCandidate[]> {
  const registered = found.reviewed.find(
    (entry) => entry.body?.kind === 'patient-registered' && entry.standing === 'current',
  )?.body;
  if (registered?.kind !== 'patient-registered' || !gateway) return [];
  const hints = {
    ...(registered.nameUnknown ? {} : { family: registered.name.family, given: registered.name.given }),
    ...(registered.birthDate === undefined ? {} : { birthDate: registered.birthDate }),
    ...(registered.claimedEhrNumber === undefined ? {} : { identifier: registered.claimedEhrNumber }),
  };
  const result = await findPatients(gateway, hints);
  if (result.kind !== 'ok')
    throw new RefusalError(
      503,
      'ehr-unreachable',
      'The EHR cannot be searched just now. Nothing is lost; try again when it is back.',
    );
  const candidates = result.patients.flatMap((raw) => {
    const read = snapshotFromFhir(
      {
        patient: raw,
        encounter: undefined,
        bed: undefined,
        allergies: [],
        conditions: [],
        medicationRequests: [],
        observations: [],
      },
      { id: '0'.repeat(32), orderId: () => '0'.repeat(32), timeZone: 'UTC' },
    );
    return read.ok
      ? [
          {
            ehrPatient: read.patient.ehrPatient,
            name: read.patient.name,
            sex: read.patient.sex,
            numbers: read.patient.numbers,
            ...(read.patient.birthDate === undefined ? {} : { birthDate: read.patient.birthDate }),
          },
        ]
      : [];
  });
  const claimed =
    registered.claimedEhrNumber === undefined
      ? []
      : [{ kind: 'MR' as const, value: registered.claimedEhrNumber }];
  return rankCandidates(
    {
      name: registered.name,
      nameUnknown: registered.nameUnknown,
      sex: registered.sex,
      numbers: claimed,
      ...(registered.birthDate === undefined ? {} : { birthDate: registered.birthDate }),
    },
    candidates,
  ).slice(0, MOST);
}
