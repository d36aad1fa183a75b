import { z } from 'zod';
import { lock } from './before-lock.ts';

/**
 * The next person charts where the last one was. What outlives the lock is the patient's pseudonym, for two minutes:
 * no name, no number, and nothing that was written.
 */
const Handover = z.object({ ward: z.string(), patient: z.string(), until: z.number() });
const KEY = 'lamplight-handover';
const HANDOVER_MS = 2 * 60_000;

/** Locks for the next person; drafts are kept, sealed, for whoever wrote them. */
export function handOver(ward: string, patient: string | undefined): void {
  if (patient !== undefined)
    sessionStorage.setItem(
      KEY,
      JSON.stringify({ ward, patient, until: Date.now() + HANDOVER_MS } satisfies z.infer<typeof Handover>),
    );
  void lock();
}

/** The patient to go on with; told once. */
export function takeOver(ward: string): string | undefined {
  const left = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const handover = left === null ? undefined : Handover.safeParse(JSON.parse(left));
  return handover?.success && handover.data.ward === ward && handover.data.until > Date.now()
    ? handover.data.patient
    : undefined;
}
