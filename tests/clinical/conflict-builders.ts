import {
  type Conflict,
  type Draft,
  foldChart,
  type OpenedEntry,
  WardBody,
  waysToSettle,
} from '../../src/clinical/index.ts';
import { anEntry, entryId, NOW, NURSE, PATIENT } from './builders.ts';

/** Statements of several tablets, and the taps that settle what they contradict in. */

export const OTHER = 'c'.repeat(32);

let position = 100;
/** An entry written on the tablet whose log is named by this digit. */
export const on = (log: string) => ({ id: entryId(log, ++position) });

export const fold = (entries: OpenedEntry[], more: Partial<Parameters<typeof foldChart>[0]> = {}) =>
  foldChart({ patient: PATIENT, entries, now: NOW, ...more })!;
export const conflictsOf = (entries: OpenedEntry[], more = {}) => fold(entries, more).conflicts;

/** Taps one of the ways, and writes what it writes on a tablet. */
export function settle(
  conflict: Conflict,
  label: RegExp,
  log = 'e',
  reason = 'asked the patient',
): OpenedEntry[] {
  const way = waysToSettle(conflict, (side) => side.by).find((item) => label.test(item.label));
  if (!way)
    throw new Error(`no way ${label} in ${waysToSettle(conflict, (side) => side.by).map((w) => w.label)}`);
  return way
    .drafts(NOW, way.reason === undefined ? '' : reason)
    .map(({ patient, draft }) => asEntry(patient, draft, log));
}

/** Through the schema, as the vault writes it. */
export function asEntry(patient: string, draft: Draft, log: string): OpenedEntry {
  const body = WardBody.parse({ ...draft, author: NURSE, recordedAt: NOW });
  return { ...on(log), patient, hlc: [Date.parse(NOW) + ++position, 0], body };
}

export const bed = (name: string, log: string, more: { replaces?: string } = {}) =>
  anEntry('bed-assigned', { bed: name, ...more }, on(log));
export const none = (log: string) => anEntry('no-known-allergies-recorded', {}, on(log));
export const allergy = (substance: string, log: string, more: { replaces?: string } = {}) =>
  anEntry(
    'allergy-recorded',
    { substance: { text: substance }, category: 'medication', criticality: 'high', ...more },
    on(log),
  );
