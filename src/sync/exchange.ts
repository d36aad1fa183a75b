import { forkedHeads, lacking, type Range, type VersionVector } from '../log/index.ts';
import type { Carrier, Store } from './carrier.ts';
import type { OfferAnswer } from './messages.ts';

const PUSH_BYTES = 1024 * 1024;
const PULL_BYTES = 1024 * 1024;

export interface Progress {
  phase: 'uploading' | 'downloading';
  done: number;
  total: number;
}

/**
 * Makes both replicas hold the same set: offer, push what the peer lacks (uploads first), pull what it has. May be
 * cut anywhere and run again; an entry counts as at the peer only by its signed acknowledgement.
 */
export async function exchange(
  store: Store,
  carrier: Carrier,
  onProgress: (progress: Progress) => void,
): Promise<OfferAnswer> {
  const mine = await store.vector();
  const offer = await carrier.offer(mine);
  await store.acknowledged(offer.acknowledgements);
  const forked = forkedHeads(mine, offer.vector);
  if (forked.length > 0) await store.forked(forked);

  await push(store, carrier, lacking(mine, offer.vector), onProgress);

  const first = new Set(offer.first);
  const wanted = lacking(offer.vector, mine);
  // Without the directory nothing else verifies, so it comes before the rest.
  await pull(
    store,
    carrier,
    wanted.filter((range) => first.has(range.log)),
    onProgress,
  );
  await pull(
    store,
    carrier,
    wanted.filter((range) => !first.has(range.log)),
    onProgress,
  );
  return offer;
}

async function push(
  store: Store,
  carrier: Carrier,
  ranges: Range[],
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const total = count(ranges);
  let done = 0;
  for (const range of ranges) {
    let after = range.after;
    while (after < range.through) {
      onProgress({ phase: 'uploading', done, total });
      const entries = await store.read({ log: range.log, after, through: range.through }, PUSH_BYTES);
      if (entries.length === 0) break;
      const answer = await carrier.push(entries);
      await store.acknowledged(answer.acknowledgements);
      const forked = answer.problems
        .filter((problem) => problem.kind === 'fork')
        .map((problem) => problem.log);
      if (forked.length > 0) await store.forked([...new Set(forked)]);
      const reached = Math.max(
        after,
        ...answer.acknowledgements.filter((ack) => ack.log === range.log).map((ack) => ack.seq),
      );
      // Not one further: the peer quarantined what follows. The others go on.
      if (reached === after) break;
      done += Math.min(reached, range.through) - after;
      after = reached;
    }
  }
  if (total > 0) onProgress({ phase: 'uploading', done, total });
}

async function pull(
  store: Store,
  carrier: Carrier,
  ranges: Range[],
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const total = count(ranges);
  let wanted = ranges;
  while (wanted.length > 0) {
    onProgress({ phase: 'downloading', done: total - count(wanted), total });
    const { entries, complete } = await carrier.pull(wanted, PULL_BYTES);
    if (entries.length > 0) await store.receive(entries);
    const mine = await store.vector();
    const left = remaining(wanted, mine);
    if (complete || count(left) === count(wanted)) break;
    wanted = left;
  }
  if (total > 0) onProgress({ phase: 'downloading', done: total, total });
}

const remaining = (ranges: Range[], mine: VersionVector): Range[] =>
  ranges
    .map((range) => ({ ...range, after: Math.max(range.after, mine[range.log]?.[0] ?? 0) }))
    .filter((range) => range.after < range.through);

const count = (ranges: Range[]): number =>
  ranges.reduce((sum, range) => sum + range.through - range.after, 0);
