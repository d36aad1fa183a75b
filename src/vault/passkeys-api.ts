import type { PasskeyAnswer } from '../seal/index.ts';
import type { Result } from './api.ts';

export type { PasskeyAnswer };

/**
 * How the key of whoever has unlocked opens: PIN or passphrase, passkeys and security keys. The page asks the
 * authenticator; the vault never sees it.
 */
export interface PasskeysApi {
  /** Oldest first. */
  passkeys(): Promise<{ credential: string; addedAt: string }[]>;
  /** From then on the key opens every tablet of the person's wards that hears of it. Asks for PIN or passphrase again. */
  addPasskey(request: {
    answer: PasskeyAnswer;
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  /** Another PIN, or passphrase where this tablet asks for one. The old one opens tablets that have not heard of it yet. */
  changeSecret(request: {
    pin: string;
    chosen: string;
  }): Promise<Result<void, 'invalid' | 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
  removePasskey(request: {
    credential: string;
    pin: string;
  }): Promise<Result<void, 'not-allowed' | 'wrong-pin' | 'wait' | 'storage' | 'full'>>;
}
