import { type Bytes, utf8 } from '../log/index.ts';
import { openBox, sealBox } from '../seal/index.ts';
import type { StoredDraft } from './api.ts';
import type { VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';

/** Drafts are sealed to their author: hers alone, also on a shared tablet (FAILURES 43). Saved at each keystroke. */
export function createDrafts(db: VaultDatabase, keyring: Keyring) {
  const staff = keyring.staff.staff;
  const context = (key: string): Bytes => utf8(`draft ${staff} ${key}`);

  return {
    async save(draft: Omit<StoredDraft, 'savedAt'>, now: string): Promise<{ savedAt: string }> {
      const box = await sealBox(
        keyring.drafts,
        utf8(JSON.stringify({ ...draft, savedAt: now })),
        context(draft.key),
      );
      await db.drafts.put({ staff, key: draft.key, savedAt: now, box });
      return { savedAt: now };
    },

    async list(): Promise<StoredDraft[]> {
      const rows = await db.drafts.where('[staff+key]').between([staff, ''], [staff, '\uffff']).toArray();
      const opened = await Promise.all(rows.map((row) => openBox(keyring.drafts, row.box, context(row.key))));
      return opened
        .filter((plain) => plain !== null)
        .map((plain) => JSON.parse(new TextDecoder().decode(plain)) as StoredDraft);
    },

    discard: (key: string): Promise<void> => db.drafts.delete([staff, key]),
  };
}
