import type { Role, WardKind } from './entries/index.ts';

const BEDSIDE: readonly Role[] = ['nurse', 'clinician'];
const PRESCRIBER: readonly Role[] = ['clinician'];
const DESK: readonly Role[] = ['records'];

/**
 * Who may write which kind of entry. The one table: the vault refuses by it before it writes, every replica judges by
 * it what arrives, and screens offer by it. A read-only person writes nothing; an administrator charts nothing.
 */
export const WRITERS: Readonly<Record<WardKind, readonly Role[]>> = {
  'patient-registered': BEDSIDE,
  'bed-assigned': BEDSIDE,
  'allergy-recorded': BEDSIDE,
  'no-known-allergies-recorded': BEDSIDE,
  'vital-signs': BEDSIDE,
  'medication-administration': BEDSIDE,
  'dose-vomited': BEDSIDE,
  'dose-reassessed': BEDSIDE,
  'patch-removed': BEDSIDE,
  'infusion-charted': BEDSIDE,
  note: BEDSIDE,
  'form-answered': BEDSIDE,
  attachment: BEDSIDE,
  'fluid-recorded': BEDSIDE,
  'glucose-measured': BEDSIDE,
  'pain-assessed': BEDSIDE,
  'gcs-assessed': BEDSIDE,
  'body-measured': BEDSIDE,
  'entered-in-error': BEDSIDE,
  'order-signed': PRESCRIBER,
  'order-stopped': PRESCRIBER,
  'order-held': PRESCRIBER,
  'order-resumed': PRESCRIBER,
  'order-received': BEDSIDE,
  'order-acknowledged': BEDSIDE,
  'handoff-written': BEDSIDE,
  'handoff-read': BEDSIDE,
  'patient-taken': BEDSIDE,
  'escalation-recorded': BEDSIDE,
  'escalation-seen': BEDSIDE,
  'result-received': BEDSIDE,
  'result-acknowledged': BEDSIDE,
  'device-charted': BEDSIDE,
  'pregnancy-recorded': BEDSIDE,
  'screen-recorded': BEDSIDE,
  'conflict-settled': BEDSIDE,
  'patient-moved': BEDSIDE,
  // Written by the tablet in the name of whoever has unlocked, and by the server: the record of a patient who went.
  'record-moved': [...BEDSIDE, 'records'],
  'entry-witnessed': ['nurse', 'clinician', 'witness'],
  'entry-vouched': ['nurse', 'clinician', 'records'],
  'patient-linked': DESK,
  'patient-confirmed-new': DESK,
  'patient-unlinked': DESK,
  'review-decided': DESK,
  'posting-outcome': DESK,
  'carried-entry': DESK,
};

export const mayWrite = (role: Role, kind: WardKind): boolean => WRITERS[kind].includes(role);

/** Whether somebody in this role charts at the bedside at all: others are shown the record, not its forms. */
export const charts = (role: Role): boolean => BEDSIDE.includes(role);

/** Signed with the PIN each time, whoever had unlocked. */
const SIGNED_WITH_PIN: readonly WardKind[] = [
  'order-signed',
  'order-stopped',
  'order-held',
  'order-resumed',
  'order-received',
];
export const isSignedWithPin = (kind: WardKind): boolean => SIGNED_WITH_PIN.includes(kind);

/** Why somebody may not write this, in the user's words. */
export function refusalToWrite(role: Role, kind: WardKind): string | undefined {
  if (mayWrite(role, kind)) return undefined;
  if (WRITERS[kind] === PRESCRIBER && charts(role)) return 'Only a clinician signs orders.';
  if (role === 'read-only') return 'You may read this record, not write in it. Ask a nurse or a clinician.';
  if (role === 'witness') return 'A witness signs what somebody else has charted, and charts nothing alone.';
  return 'Only nurses and clinicians chart on a tablet.';
}

/** Who undoes an entry of this kind, where not everybody at the bedside does, in the user's words. */
export function takenBackBy(kind: WardKind): string | undefined {
  if (WRITERS[kind] === PRESCRIBER) return 'What a clinician signed, only a clinician takes back.';
  if (WRITERS[kind] === DESK) return 'What records staff decided, only records staff take back.';
  return undefined;
}

/** What a role is for, in a few words, wherever somebody chooses one. */
export const ROLES: Readonly<Record<Role, { name: string; does: string }>> = {
  nurse: { name: 'nurse', does: 'charts' },
  clinician: { name: 'clinician', does: 'charts and signs orders' },
  witness: { name: 'witness', does: 'reads, and signs as the second person' },
  records: { name: 'records', does: 'reviews entries and puts them into the EHR' },
  administrator: { name: 'administrator', does: 'enrols tablets, adds and removes staff, revokes' },
  'read-only': { name: 'read-only', does: 'reads' },
};
