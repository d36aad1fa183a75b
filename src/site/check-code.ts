import { utf8 } from '../log/index.ts';
import { sha256 } from '../seal/index.ts';

/** Digits and letters that are not misread for one another: 32 of them, five bits each. */
export const READABLE = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/**
 * What a tablet that asks to join and the administrator's page both show, `ABCD-2345-EFGH`: 60 bits over the keys of both.
 * Equal on both screens, the tablet in the hand is the one that asks, and the hospital that answered it is this one:
 * neither a stranger who came by the code nor one between the two has put keys of his own in their place.
 */
export async function checkCode(keys: {
  site: string;
  siteKey: string;
  signingKey: string;
  recipient: string;
}): Promise<string> {
  const digest = await sha256(
    utf8(['lamplight join', keys.site, keys.siteKey, keys.signingKey, keys.recipient].join('\n')),
  );
  const letters = Array.from(digest.subarray(0, 12), (byte) => READABLE[byte % READABLE.length]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
