import type { SnapshotAllergy, SnapshotPatient } from '../snapshot.ts';
import { bedName } from './conflicts.ts';
import { type Standings, standingEntries } from './standing.ts';
import type { Allergies, BedClaim, Identity } from './types.ts';

/** Who this is: from the snapshot, or from the registration. `undefined`: nobody has said. */
export function chartIdentity(
  patient: string,
  found: Standings,
  snapshot: SnapshotPatient | undefined,
  claims: readonly BedClaim[],
): Identity | undefined {
  const registration = standingEntries(found, 'patient-registered').at(-1)?.body;
  // While two tablets name two beds, both are shown: the clock does not decide where somebody lies.
  const beds = new Map(claims.map(({ bed }) => [bedName(bed), bed]));
  const where = beds.size === 0 ? {} : { bed: [...beds.values()].sort().join(' or ') };
  if (snapshot) {
    return {
      id: patient,
      name: snapshot.name,
      nameUnknown: false,
      ...(snapshot.birthDate === undefined ? {} : { birthDate: snapshot.birthDate }),
      sex: snapshot.sex,
      numbers: [...snapshot.numbers, ...(registration ? [registration.number] : [])],
      ...(snapshot.deceased || snapshot.deceasedAt !== undefined ? { deceased: true as const } : {}),
      ...(snapshot.deceasedAt === undefined ? {} : { deceasedAt: snapshot.deceasedAt }),
      ...where,
    };
  }
  if (registration) {
    return {
      id: patient,
      name: registration.name,
      nameUnknown: registration.nameUnknown,
      ...(registration.birthDate === undefined ? {} : { birthDate: registration.birthDate }),
      sex: registration.sex,
      numbers: [registration.number],
      ...where,
    };
  }
  // Entries about a patient whose registration has not arrived: shown, and named as what they are.
  if (found.all.length + found.unknown.length > 0) {
    return {
      id: patient,
      name: { family: 'Name not here yet', given: '' },
      nameUnknown: true,
      sex: 'unknown',
      numbers: [],
      ...where,
    };
  }
  return undefined;
}

/** Allergies by their four titles; not being able to see is not the same as nobody having asked. */
export function chartAllergies(
  found: Standings,
  snapshot: SnapshotPatient | undefined,
  snapshotAsOf: string | undefined,
  unreadable: boolean,
): Allergies {
  const charted = standingEntries(found, 'allergy-recorded');
  const fromEhr = (snapshot?.allergies ?? []).map((allergy) => ({
    ...allergy,
    // That it is dangerous is not hidden by an EHR that says less.
    ...(charted.some(({ body }) => body.criticality === 'high' && nameOf(body) === nameOf(allergy))
      ? { criticality: 'high' as const }
      : {}),
    source: { from: 'ehr' as const, asOf: snapshotAsOf ?? '' },
  }));
  // An allergy that was charted here, posted and came back is one allergy.
  const saidByEhr = new Set(fromEhr.map((allergy) => nameOf(allergy)));
  const recorded = charted
    .map(({ id, body }) => ({
      substance: body.substance,
      criticality: body.criticality,
      category: body.category,
      ...(body.reaction === undefined ? {} : { reaction: body.reaction }),
      source: { from: 'entry' as const, entry: id },
    }))
    .filter((allergy) => !saidByEhr.has(nameOf(allergy)));
  const list: Allergies['list'] = [...fromEhr, ...recorded];
  const said = standingEntries(found, 'no-known-allergies-recorded').at(-1);
  const saidNone = said ? { saidNone: said.id } : {};
  // An EHR patient without a snapshot here: the EHR may know what this tablet cannot see.
  const registeredHere = standingEntries(found, 'patient-registered').length > 0;
  const unread = unreadable || (!snapshot && !registeredHere);
  if (list.length > 0) return { status: 'known', list, ...saidNone, ...(unread ? { ehrUnread: true } : {}) };
  if (unread) return { status: 'unavailable', list, ...saidNone };
  return {
    status: said || snapshot?.allergyStatus === 'nilknown' ? 'nilknown' : 'notasked',
    list,
    ...saidNone,
  };
}

const nameOf = (allergy: SnapshotAllergy): string =>
  `${allergy.substance.text} ${allergy.reaction ?? ''}`.trim().toLowerCase();
