import { type Bytes, lacking, type Range, type VersionVector } from '../log/index.ts';
import type { Carrier, Store } from './carrier.ts';
import { givable } from './forget.ts';
import type { OfferAnswer, PushAnswer } from './messages.ts';
import { adoptHistory } from './receive.ts';
import { divergingLogs } from './respond.ts';

/** A page, where the carrier does not ask for less. */
const PAGE_BYTES = 1024 * 1024;
const pageOf = (carrier: Carrier): number => Math.min(PAGE_BYTES, carrier.pageBytes?.() ?? PAGE_BYTES);

export interface Progress {
  phase: 'uploading' | 'downloading';
  done: number;
  total: number;
}

/**
 * Makes both replicas hold the same set: offer, push what the peer lacks (uploads first), pull what it has. May be
 * cut anywhere and run again; an entry counts as at the server only by its signed acknowledgement.
 */
export async function exchange(
  store: Store,
  carrier: Carrier,
  onProgress: (progress: Progress) => void,
): Promise<OfferAnswer> {
  const mine = await store.vector();
  const offer = await carrier.offer({ vector: mine, acknowledged: await store.acknowledgements() });
  await store.acknowledged(offer.acknowledgements);
  // The answer to an earlier push may have been lost: what the peer keeps counts all the same.
  await store.copied(offer.held);
  const forked = new Set([...offer.forked, ...(await divergingLogs(store, mine, offer.vector))]);
  if (forked.size > 0) await store.forked([...forked]);
  const whole = (range: Range): boolean => !forked.has(range.log);

  const lacks = givable(lacking(mine, offer.vector), await store.purged());
  await push(store, carrier, lacks.filter(whole), onProgress);
  await pushBranches(store, carrier, offer.epoch);

  const first = new Set(offer.first);
  const wanted = lacking(offer.vector, mine).filter(whole);
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
  for (const log of forked) await settleFork(store, carrier, log, mine, offer);
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
  let noted = Promise.resolve();
  for (const range of ranges) {
    const read = (after: number): Promise<Bytes[]> => {
      const page = store.read({ ...range, after }, pageOf(carrier));
      // It is awaited in its turn; a push that fails first must not leave it unheard.
      page.catch(() => undefined);
      return page;
    };
    let { after } = range;
    let next = read(after);
    while (after < range.through) {
      onProgress({ phase: 'uploading', done, total });
      const entries = await next;
      if (entries.length === 0) break;
      // The next page is read while this one travels; a page runs without gaps, so where it ends is known.
      const expected = after + entries.length;
      next = expected < range.through ? read(expected) : Promise.resolve([]);
      const answer = await carrier.push(entries);
      // What the peer said of a page is stored while the next one travels.
      await noted;
      noted = note(store, answer);
      noted.catch(() => undefined);
      const reached = reachedIn(answer, range.log, after);
      // Not one further: the peer quarantined what follows. The others go on.
      if (reached === after) break;
      done += Math.min(reached, range.through) - after;
      if (reached !== expected) next = read(reached);
      after = reached;
    }
    await next;
  }
  await noted;
  if (total > 0) onProgress({ phase: 'uploading', done, total });
}

/** Keeps what the peer said of a page: acknowledgements, what it holds, and logs with two histories. */
async function note(store: Store, answer: PushAnswer): Promise<void> {
  await store.acknowledged(answer.acknowledgements);
  await store.copied(answer.held);
  const forked = answer.problems.filter((problem) => problem.kind === 'fork').map((problem) => problem.log);
  if (forked.length > 0) await store.forked([...new Set(forked)]);
}

/** The place up to which the peer keeps our history of the log, at least `after`. */
const reachedIn = (answer: PushAnswer, log: string, after: number): number =>
  Math.max(after, ...answer.held.filter((place) => place.log === log).map((place) => place.seq));

async function pushBranches(store: Store, carrier: Carrier, epoch: string): Promise<void> {
  const entries = await store.unacknowledgedBranches(epoch);
  for (let from = 0; from < entries.length; from += 200)
    await store.acknowledged((await carrier.push(entries.slice(from, from + 200))).acknowledgements);
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
    const { entries, complete } = await carrier.pull(wanted, pageOf(carrier));
    if (entries.length > 0) await store.receive(entries);
    const mine = await store.vector();
    const left = remaining(wanted, mine);
    if (complete || count(left) === count(wanted)) break;
    wanted = left;
  }
  if (total > 0) onProgress({ phase: 'downloading', done: total, total });
}

/**
 * A log with two histories: gives ours to the peer, which keeps it, and then, if the peer is the site server, takes
 * its history as the log. Ours comes back inside the server's own log, so every replica ends with the same set.
 */
async function settleFork(
  store: Store,
  carrier: Carrier,
  log: string,
  mine: VersionVector,
  offer: OfferAnswer,
): Promise<void> {
  const head = mine[log];
  const theirs = offer.vector[log];
  if (!head || !theirs) return;
  // What was purged was settled, and is not here to be given. Of a log that is purged whole nothing is left to do.
  const purgedThrough = (await store.purged()).get(log) ?? 0;
  const purged = purgedThrough >= head[0];
  const given = offer.held.some((place) => place.log === log && place.hash === head[1]);
  for (let after = given ? head[0] : purgedThrough; after < head[0]; ) {
    const entries = await store.read({ log, after, through: head[0] }, pageOf(carrier));
    if (entries.length === 0) break;
    const answer = await carrier.push(entries);
    await note(store, answer);
    const reached = reachedIn(answer, log, after);
    // Half a branch at the server is no reason to put ours aside: the next exchange goes on.
    if (reached === after) return;
    after = reached;
  }
  const acknowledged =
    purged ||
    (await store.acknowledgements()).some(
      (ack) => ack.log === log && ack.seq === head[0] && ack.hash === head[1],
    );
  if (!offer.authority || !acknowledged) return;
  for (let after = 0; after < theirs[0]; ) {
    const { entries } = await carrier.pull([{ log, after, through: theirs[0] }], pageOf(carrier));
    if (entries.length === 0 || (await adoptHistory(store, log, entries)) > 0) return;
    after += entries.length;
  }
}

/**
 * What a replica with the vector `theirs` lacks, for carriers that go one way (a file, a QR code): whole ranges in
 * order, then second histories that the site server may not have.
 */
export async function lackingEntries(
  store: Pick<Store, 'vector' | 'purged' | 'read' | 'unacknowledgedBranches'>,
  theirs: VersionVector,
  epoch: string,
): Promise<Bytes[]> {
  const found: Bytes[] = [];
  for (const range of givable(lacking(await store.vector(), theirs), await store.purged())) {
    for (let { after } = range; after < range.through; ) {
      const entries = await store.read({ ...range, after }, PAGE_BYTES);
      if (entries.length === 0) break;
      found.push(...entries);
      after += entries.length;
    }
  }
  return [...found, ...(await store.unacknowledgedBranches(epoch))];
}

const remaining = (ranges: Range[], mine: VersionVector): Range[] =>
  ranges
    .map((range) => ({ ...range, after: Math.max(range.after, mine[range.log]?.[0] ?? 0) }))
    .filter((range) => range.after < range.through);

const count = (ranges: Range[]): number =>
  ranges.reduce((sum, range) => sum + range.through - range.after, 0);
