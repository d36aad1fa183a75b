import type { Bytes, Range, VersionVector } from '../log/index.ts';
import type { Acknowledgement } from '../seal/index.ts';
import type { OfferAnswer, OfferRequest, Place, PushAnswer } from './messages.ts';
import type { Ledger, Received } from './receive.ts';

/** Anything that can move entries between two replicas. */
export interface Carrier {
  /** How many bytes a page may have now, where the way is slow; absent: any. */
  pageBytes?(): number;
  offer(request: Pick<OfferRequest, 'vector' | 'acknowledged'>): Promise<OfferAnswer>;
  push(entries: Bytes[]): Promise<PushAnswer>;
  /** `complete: false`: cut or paged; ask again from the new vector. */
  pull(ranges: Range[], maxBytes: number): Promise<{ entries: Bytes[]; complete: boolean }>;
}

/** Why a carrier could not carry. `busy` and `offline` are tried again; `refused` needs a person. */
export class CarrierError extends Error {
  readonly kind: 'offline' | 'busy' | 'refused' | 'garbled';
  readonly retryAfterMs: number | undefined;
  constructor(kind: CarrierError['kind'], message: string, retryAfterMs?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A replica's storage as an exchange needs it. */
export interface Store extends Ledger {
  vector(): Promise<VersionVector>;
  /** Logs whose entries were purged here up to a signed point, with that place. */
  purged(): Promise<ReadonlyMap<string, number>>;
  /** Entries of the range in order, at least one, then as many as fit. Of what was purged nothing. */
  read(range: Range, maxBytes: number): Promise<Bytes[]>;
  receive(entries: Bytes[]): Promise<Received>;
  /** Keeps what verifies: signed by the site, about the very bytes that are here, of the latest epoch. */
  acknowledged(acknowledgements: Acknowledgement[]): Promise<void>;
  /** Notes what a peer that is not the site server keeps of ours ("copied"). */
  copied(held: Place[]): Promise<void>;
  /** The newest acknowledgement of each log that has one, and of each second history. */
  acknowledgements(): Promise<Acknowledgement[]>;
  /** Notes that these logs have two histories: this replica writes no more into its own among them. */
  forked(logs: string[]): Promise<void>;
  /** Entries kept beside a log (`keepBranch`) that the site server has not acknowledged in this epoch, in order. */
  unacknowledgedBranches(epoch: string): Promise<Bytes[]>;
}
