import type { Bytes, Range, VersionVector } from '../log/index.ts';
import type { Acknowledgement } from '../seal/index.ts';
import type { OfferAnswer, PushAnswer } from './messages.ts';
import type { Received } from './receive.ts';

/** Anything that can move entries between two replicas. */
export interface Carrier {
  offer(vector: VersionVector): Promise<OfferAnswer>;
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
export interface Store {
  vector(): Promise<VersionVector>;
  /** Entries of the range in order, at least one, then as many as fit. */
  read(range: Range, maxBytes: number): Promise<Bytes[]>;
  receive(entries: Bytes[]): Promise<Received>;
  acknowledged(acknowledgements: Acknowledgement[]): Promise<void>;
  /** The peer holds something else at a place of ours. */
  forked(logs: string[]): Promise<void>;
}
