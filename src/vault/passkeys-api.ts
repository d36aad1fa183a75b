import type { PasskeyAnswer } from '../seal/index.ts';
import type { Result } from './api.ts';

export type { PasskeyAnswer };

/** Passkeys and security keys of whoever has unlocked. The page asks the authenticator; the vault never sees it. */
export interface PasskeysApi {
  /** Oldest first. */
  passkeys(): Promise<{ credential: string; addedAt: string }[]>;
  /** From then on the key opens every tablet of the person's wards that hears of it. Asks for PIN or passphrase again. */
  addPasskey(request: {
    answer: PasskeyAnswer;
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  removePasskey(request: {
    credential: string;
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
}
