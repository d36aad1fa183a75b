import type { EntryId, Role } from '../clinical/index.ts';
import type { Result, StaffName } from './api.ts';

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
  /**
   * Break-glass: lets somebody whom no list names unlock this ward's tablets for a shift. Whoever has unlocked vouches,
   * with the PIN again; the person chooses a PIN, or here a passphrase, of their own.
   */
  emergencyAccess(request: {
    name: string;
    role: 'nurse' | 'clinician';
    reason: string;
    /** What the new person will unlock with. */
    secret: string;
    /** Of whoever vouches. */
    pin: string;
  }): Promise<Result<StaffName, 'invalid' | 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  /** What would be lost if this tablet were wiped now: nothing, once the server has signed for all of it. */
  wipeOutlook(): Promise<{ entries: number; oldestAt?: string; beds: string[] }>;
  /**
   * Orders this tablet to be wiped, with the administrator's PIN again. It obeys when it is locked and the server has
   * everything but what `losing` names, as `wipeOutlook` said it.
   */
  orderWipe(request: {
    reason: string;
    losing?: { entries: number; oldestAt?: string; beds: string[] };
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  /** Entries that wait until a person vouches for them (`entry-vouched`). */
  held(): Promise<HeldItem[]>;
}
