import { type Bytes, fromBase64, type Opening, toHex } from '../log/index.ts';
import { type LogKeys, logKeys, openWith, purposeKey, sha256, type UserKey } from '../seal/index.ts';
import type { Roster, StaffMember } from '../site/index.ts';

/**
 * The keys that an unlock opened. Lives in the vault worker's memory; locking ends the worker with the page. A ward's
 * identities, every generation of them, open that ward's logs, which open patient keys.
 */
export interface Keyring {
  staff: StaffMember;
  user: UserKey;
  ward: string;
  /** Newest first. */
  wardIdentities: readonly string[];
  /** The same with which generation each is, to hand them on. */
  grants: readonly { ward: string; generation: number; wardRecipient?: string; identity: string }[];
  /** Recipients of the ward that this person holds the identity of, so that what is sealed to them can be read again. */
  holds(wardRecipient: string, generation: number): boolean;
  /** Seals summaries: the tablet's own key. */
  summaries: CryptoKey;
  /** Seals this person's drafts. */
  drafts: CryptoKey;
  /** `undefined`: not on this tablet's staff list. */
  staffMember(staff: string): StaffMember | undefined;
  roster: Roster;
  /** Keys of a ward log, or `undefined` when none of this ward's identities opens it. */
  keysOf(opening: Opening): Promise<LogKeys | undefined>;
}

/** Opens what the person's key opens, for one ward. `null`: the roster grants no identity for that ward. */
export async function openKeyring(
  staff: StaffMember,
  user: UserKey,
  ward: string,
  vaultKeyFile: Bytes,
  roster: Roster,
): Promise<Keyring | null> {
  if (!staff.wards.includes(ward)) return null;
  const grants = staff.wardIdentities
    .filter((item) => item.ward === ward)
    .sort((a, b) => b.generation - a.generation);
  const opened = await Promise.all(
    grants.map(async (grant) => ({ grant, identity: await openWith(user.identity, fromBase64(grant.file)) })),
  );
  const held = opened.flatMap(({ grant, identity }) =>
    identity ? [{ grant, identity: new TextDecoder().decode(identity) }] : [],
  );
  const wardIdentities = held.map((item) => item.identity);
  const vaultKey = wardIdentities.length > 0 ? await openWith(wardIdentities, vaultKeyFile) : null;
  if (!vaultKey) return null;
  const known = new Map<string, Promise<LogKeys | undefined>>();
  return {
    staff,
    user,
    ward,
    wardIdentities,
    grants: held.map(
      ({ grant: { file: _, ...grant }, identity }) => ({ ...grant, identity }) as Keyring['grants'][number],
    ),
    holds: (wardRecipient, generation) =>
      held.some(
        ({ grant }) =>
          grant.generation === generation &&
          (grant.wardRecipient === undefined || grant.wardRecipient === wardRecipient),
      ),
    summaries: await purposeKey(vaultKey, 'vault summaries'),
    drafts: await purposeKey(new TextEncoder().encode(user.identity), 'drafts'),
    staffMember: (id) => roster.get(id),
    roster,
    keysOf(opening) {
      if (!opening.key) return Promise.resolve(undefined);
      const { file, hash } = opening.key;
      const name = toHex(hash);
      let keys = known.get(name);
      if (!keys) {
        keys = openLogKey(wardIdentities, file, hash);
        known.set(name, keys);
      }
      return keys;
    },
  };
}

/** All recipients must hold the same key, so the key's hash stands in the opening. */
async function openLogKey(
  identities: readonly string[],
  file: Bytes,
  hash: Bytes,
): Promise<LogKeys | undefined> {
  const key = await openWith(identities, file);
  return key && toHex(await sha256(key)) === toHex(hash) ? logKeys(key) : undefined;
}
