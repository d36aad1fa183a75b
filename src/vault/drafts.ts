import type { PictureReference, PictureType } from '../clinical/index.ts';
import { type Bytes, fromBase64, toBase64, toHex, utf8 } from '../log/index.ts';
import { openBox, sealBox, sha256 } from '../seal/index.ts';
import type { StoredDraft } from './api.ts';
import type { DraftRow, VaultDatabase } from './database.ts';
import type { Keyring } from './keyring.ts';

/** Pictures of drafts lie beside them, each once: a draft is written at each keystroke, and names them by hash. */
const PICTURE = 'picture:';
/** A picture that was taken just now may be of a draft that is not written yet. */
const JUST_TAKEN_MS = 60_000;

/** Drafts are sealed to their author: hers alone, also on a shared tablet (FAILURES 43). Saved at each keystroke. */
export function createDrafts(db: VaultDatabase, keyring: Keyring) {
  const staff = keyring.staff.staff;
  const context = (key: string): Bytes => utf8(`draft ${staff} ${key}`);

  async function put(key: string, content: unknown, now: string): Promise<void> {
    const box = await sealBox(keyring.drafts, utf8(JSON.stringify(content)), context(key));
    await db.drafts.put({ staff, key, savedAt: now, box });
  }

  async function open(row: DraftRow): Promise<unknown> {
    const plain = await openBox(keyring.drafts, row.box, context(row.key));
    return plain === null ? undefined : JSON.parse(new TextDecoder().decode(plain));
  }

  const rows = (): Promise<DraftRow[]> =>
    db.drafts.where('[staff+key]').between([staff, ''], [staff, '\uffff']).toArray();

  async function list(): Promise<StoredDraft[]> {
    const own = (await rows()).filter(({ key }) => !key.startsWith(PICTURE));
    const opened = await Promise.all(own.map(open));
    return opened.filter((draft) => draft !== undefined) as StoredDraft[];
  }

  return {
    list,

    async save(draft: Omit<StoredDraft, 'savedAt'>, now: string): Promise<{ savedAt: string }> {
      await put(draft.key, { ...draft, savedAt: now }, now);
      return { savedAt: now };
    },

    /** Forgets the draft, and the pictures that none names any more. */
    async discard(key: string, now: string): Promise<void> {
      const before = JSON.stringify((await list()).find((draft) => draft.key === key) ?? '');
      await db.drafts.delete([staff, key]);
      const left = JSON.stringify(await list());
      const dropped = (await rows()).filter(({ key: of, savedAt }) => {
        const hash = of.slice(PICTURE.length);
        const old = Date.parse(now) - Date.parse(savedAt) > JUST_TAKEN_MS;
        return of.startsWith(PICTURE) && !left.includes(hash) && (old || before.includes(hash));
      });
      await db.drafts.bulkDelete(dropped.map(({ key: of }): [string, string] => [staff, of]));
    },

    async keepPicture(bytes: Bytes, contentType: PictureType, now: string): Promise<PictureReference> {
      const hash = toHex(await sha256(bytes));
      await put(`${PICTURE}${hash}`, { contentType, base64: toBase64(bytes) }, now);
      return { contentType, size: bytes.length, sha256: hash };
    },

    async picture(hash: string): Promise<{ contentType: PictureType; bytes: Bytes } | undefined> {
      const row = await db.drafts.get([staff, `${PICTURE}${hash}`]);
      // Sealed by this vault for this person: it is what `keepPicture` wrote.
      const kept = (row && (await open(row))) as { contentType: PictureType; base64: string } | undefined;
      return kept && { contentType: kept.contentType, bytes: fromBase64(kept.base64) };
    },
  };
}
