import { type Author, WardBody } from '../../clinical/index.ts';
import type { Decision } from '../../wire/workbench.ts';
import { CORRECTS_POSTED, type Reviewed } from './ward-entries.ts';

/** Who decides at the desk, how they had signed in, for which wards, and when (ISO 8601). */
export interface Desk {
  by: Author;
  signedInBy: string;
  wards: readonly string[];
  at: string;
}

export type Verdict = { ok: true; body: WardBody } | { ok: false; message: string };

/** States in which an entry can still be approved, rejected or corrected. */
const OPEN: readonly string[] = ['to-review', 'refused', 'rejected', 'approved', 'waiting-for-match'];

/** What a decision of the workbench becomes: an entry to write, or the reason why it cannot be taken. Pure. */
export function judgeDecision(entry: Reviewed | undefined, decision: Decision, desk: Desk): Verdict {
  if (!entry?.body) return refuse('This entry is not here or cannot be read.');
  if (!desk.wards.includes(entry.ward))
    return refuse('This entry belongs to a ward that you are not granted.');
  if ((decision.decision === 'vouched') !== (entry.state === 'held'))
    return refuse(
      entry.state === 'held'
        ? 'This entry is held back: first somebody has to vouch for it.'
        : 'This entry is not held back.',
    );
  if (entry.state !== 'held' && !OPEN.includes(entry.state))
    return refuse('This entry is decided: it is in the EHR, on its way there, or replaced.');
  if (decision.decision === 'approved' && entry.correctsPosted) return refuse(CORRECTS_POSTED);
  if (decision.reason === undefined && decision.decision === 'vouched')
    return refuse('Say how you know that it is right.');
  if (decision.reason === undefined && decision.decision === 'corrected')
    return refuse('Say why it is corrected.');
  const parsed = WardBody.safeParse(bodyOf(entry.body, decision, desk));
  return parsed.success
    ? { ok: true, body: parsed.data }
    : refuse(parsed.error.issues[0]?.message ?? 'The decision is not complete.');
}

function bodyOf(body: WardBody, { entry, decision, reason, corrected }: Decision, desk: Desk): unknown {
  const base = {
    author: desk.by,
    effectiveAt: desk.at,
    recordedAt: desk.at,
    ...(reason === undefined ? {} : { reason }),
  };
  switch (decision) {
    case 'vouched':
      return { kind: 'entry-vouched', ...base, entries: [entry] };
    case 'corrected':
      // A correction is a new entry beside the old one, with its author; it is reviewed like any other.
      return {
        ...body,
        ...corrected,
        ...base,
        kind: body.kind,
        effectiveAt: corrected?.effectiveAt ?? body.effectiveAt,
        replaces: entry,
      };
    default:
      return {
        kind: 'review-decided',
        ...base,
        entry,
        decision,
        signedInBy: desk.signedInBy,
      };
  }
}

const refuse = (message: string): Verdict => ({ ok: false, message });
