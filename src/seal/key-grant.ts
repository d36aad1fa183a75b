import type { Bytes } from '../log/index.ts';
import type { LogKeys } from './sealed-entry.ts';

/**
 * The key of one patient in one log, to be handed to another ward: it opens this patient's entries of that log and no
 * others.
 */
export function grantedKeys(patient: string, key: Bytes): LogKeys {
  let imported: Promise<CryptoKey> | undefined;
  return {
    patient(asked) {
      if (asked !== patient) throw new Error('this key was granted for another patient');
      imported ??= crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
      return imported;
    },
    async grant(asked) {
      if (asked !== patient) throw new Error('this key was granted for another patient');
      return key;
    },
  };
}
