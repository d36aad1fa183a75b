import {
  Attachment,
  joinPicture,
  MOST_PICTURE_BYTES,
  PictureType,
  picturesIn,
  splitPicture,
  type WardBody,
} from '../clinical/index.ts';
import { fromBase64, toBase64, toHex } from '../log/index.ts';
import { sha256 } from '../seal/index.ts';
import type { PictureHere, PicturesApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import { storageFailure } from './failures.ts';
import { refused } from './refused.ts';
import type { VaultSession } from './session.ts';

/** Pictures on the tablet: kept sealed beside their draft, then as parts before the entry, read when they are shown. */
export function createPictures(clock: () => number, session: VaultSession): PicturesApi {
  return {
    async keepPicture({ bytes, contentType }) {
      const size = bytes.length;
      if (!PictureType.safeParse(contentType).success || size === 0 || size > MOST_PICTURE_BYTES)
        return refused('invalid', 'This picture cannot be kept. Take it again.');
      const now = new Date(clock()).toISOString();
      try {
        const { drafts } = session.current();
        return {
          ok: true,
          value: await writeWithRoom(() => drafts.keepPicture(new Uint8Array(bytes), contentType, now)),
        };
      } catch (error) {
        return { ok: false, error: storageFailure(error) };
      }
    },

    picture: ({ patient, sha256: hash }) => readPicture(session, patient, hash),
  };
}

async function readPicture(session: VaultSession, patient: string, hash: string): Promise<PictureHere> {
  const { drafts, charts } = session.current();
  const kept = await drafts.picture(hash);
  if (kept) return { here: true, ...kept };
  const joined = joinPicture(await charts.partsOfPicture(patient, hash));
  if (!joined.whole) return { here: false, parts: joined.here, of: joined.of };
  const bytes = fromBase64(joined.base64);
  // Parts of two pictures under one name: somebody's tablet wrote what it should not. Nothing is shown then.
  if (toHex(await sha256(bytes)) !== hash) return { here: false, parts: 0, of: undefined };
  return { here: true, contentType: joined.contentType, bytes };
}

/**
 * What is written before an entry: the parts of each picture that it names and that no entry has brought yet. An
 * amendment names those of the entry that it replaces. `undefined`: a picture is not to be found.
 */
export async function partsBefore(
  session: VaultSession,
  patient: string,
  body: WardBody,
): Promise<WardBody[] | undefined> {
  const named = picturesIn(body);
  if (named.length === 0) return [];
  const { drafts, charts } = session.current();
  const opened = await charts.opened(patient);
  const known = new Set(opened.flatMap((entry) => picturesIn(entry.body).map((picture) => picture.sha256)));
  const found: WardBody[] = [];
  for (const { sha256: hash } of named) {
    if (known.has(hash)) continue;
    const kept = await drafts.picture(hash);
    if (!kept) return undefined;
    const { author, effectiveAt, recordedAt } = body;
    const picture = { contentType: kept.contentType, sha256: hash, base64: toBase64(kept.bytes) };
    for (const part of splitPicture(picture))
      found.push(Attachment.parse({ kind: 'attachment', author, effectiveAt, recordedAt, ...part }));
  }
  return found;
}
