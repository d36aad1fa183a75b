import type { EntryId, Role } from '../clinical/index.ts';
import type { Result } from './api.ts';

/** A tablet or a person that an administrator may revoke, or has. */
export interface Revocable {
  kind: 'device' | 'person';
  id: string;
  name: string;
  role?: Role;
  wards: string[];
  /** This tablet, or whoever asks. */
  self: boolean;
  revoked?: { at: string; reason: string };
}

/** An entry that counts only when a person vouches for it. */
export interface HeldItem {
  entry: EntryId;
  patient: string;
  reason: string;
  says: string;
  by: string;
  tablet: string;
  at?: string;
}

/** Administration on the tablet: works with no server in reach. */
export interface AdministerApi {
  /** Tablets and people, revoked ones included. */
  revocable(): Promise<Revocable[]>;
  /** Revokes; asks for the administrator's PIN again. Travels by every carrier, from this tablet on. */
  revoke(request: {
    kind: 'device' | 'person';
    id: string;
    reason: string;
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  /** Entries that wait until a person vouches for them (`entry-vouched`). */
  held(): Promise<HeldItem[]>;
}
