import { type Entry, forkedHeads, toHex, type Verify, type VersionVector } from '../log/index.ts';
import { type Acknowledgement, isAcknowledgement, isLaterEpoch } from '../seal/index.ts';
import type { OfferAnswer, Place, PushAnswer } from './messages.ts';
import type { Ledger, Received } from './receive.ts';

/** What the answering side of an exchange needs besides its ledger. */
export interface Responder extends Pick<Ledger, 'log' | 'hashAt' | 'holdsBranch'> {
  /** Signs; a hub, which may not speak for the server, hands on what the server had signed. */
  acknowledge(places: Place[]): Promise<Acknowledgement[]>;
}

/**
 * Answers an offer. `granted` are the logs that the peer may pull; of others that it holds only what is needed to
 * upload them is said: the server takes every authentic entry (FAILURES 27).
 */
export async function answerOffer(
  responder: Responder,
  granted: VersionVector,
  offered: VersionVector,
): Promise<Pick<OfferAnswer, 'vector' | 'forked' | 'held' | 'acknowledgements'>> {
  const vector: VersionVector = { ...granted };
  const forked: string[] = [];
  const held: Place[] = [];
  for (const [log, [seq, hash]] of Object.entries(offered)) {
    const head = (await responder.log(log))?.head;
    if (!head?.hash) continue;
    vector[log] = [head.seq, toHex(head.hash)];
    const at = Math.min(seq, head.seq);
    const there = await responder.hashAt(log, at);
    if (!there) continue;
    // Shorter than the offer: this word about an earlier place is true whatever follows it.
    if (at < seq || toHex(there) === hash) held.push({ log, seq: at, hash: toHex(there) });
    else {
      forked.push(log);
      if (await responder.holdsBranch(hash)) held.push({ log, seq, hash });
    }
  }
  return { vector, forked, held, acknowledgements: await responder.acknowledge(held) };
}

/**
 * Whether the site server had signed for something that it no longer holds: it was restored from a backup and must
 * start a new epoch (FAILURES 24). Words of earlier epochs are no news: they led to this one.
 */
export async function isLost(
  ledger: Pick<Ledger, 'hashAt' | 'holdsBranch'>,
  epoch: string,
  acknowledgement: Acknowledgement,
  siteKey: Verify,
): Promise<boolean> {
  if (isLaterEpoch(epoch, acknowledgement.epoch)) return false;
  const { log, seq, hash } = acknowledgement;
  const there = await ledger.hashAt(log, seq);
  if (there && toHex(there) === hash) return false;
  return !(await ledger.holdsBranch(hash)) && (await isAcknowledgement(acknowledgement, siteKey));
}

/** Answers a push, after what was received has been committed. */
export async function answerPush(
  responder: Pick<Responder, 'acknowledge'>,
  { held, problems }: Received,
): Promise<PushAnswer> {
  return { held, problems, acknowledgements: await responder.acknowledge(held) };
}

/**
 * Logs in which two replicas hold different histories, as seen from one of them: the peer's head does not stand where
 * ours has that position. The peer finds the other half (`answerOffer`).
 */
export async function divergingLogs(
  ledger: Pick<Ledger, 'hashAt'>,
  mine: VersionVector,
  theirs: VersionVector,
): Promise<string[]> {
  const found = new Set(forkedHeads(mine, theirs));
  for (const [log, [seq, hash]] of Object.entries(theirs)) {
    if (mine[log] === undefined || mine[log][0] <= seq) continue;
    const held = await ledger.hashAt(log, seq);
    if (held && toHex(held) !== hash) found.add(log);
  }
  return [...found];
}

/** The entries before `entry` in its own branch, nearest first. `branch`: entries kept beside the log, by hash (hex). */
export function branchBefore(branch: ReadonlyMap<string, Entry>, entry: Entry): Entry[] {
  const found: Entry[] = [];
  for (let at = entry; at.prev; ) {
    const before = branch.get(toHex(at.prev));
    if (!before) break;
    found.push(before);
    at = before;
  }
  return found;
}
