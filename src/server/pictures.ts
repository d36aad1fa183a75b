import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type BodyOf, joinPicture, type PictureType, type WardBody } from '../clinical/index.ts';
import type { Database } from './database/schema.ts';

/** A picture as its entry shows it and as it goes into the EHR. */
export interface StoredPicture {
  contentType: PictureType;
  base64: string;
  bytes: Buffer;
}

/** One megabyte: PGlite is one connection in the event loop. */
const PARTS_A_STATEMENT = 25;

/** Bodies are read for every worklist; a picture only when somebody looks at it, or when it goes into the EHR. */
export const withoutBytes = (body: WardBody): WardBody =>
  body.kind === 'attachment' ? { ...body, data: '' } : body;

/** Puts the bytes of these parts beside the projection, each once. */
export async function keepParts(
  db: Kysely<Database>,
  site: string,
  rows: readonly { patient: string; body: BodyOf<'attachment'> }[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += PARTS_A_STATEMENT)
    await insertParts(db, site, rows.slice(from, from + PARTS_A_STATEMENT));
}

const insertParts = (
  db: Kysely<Database>,
  site: string,
  rows: readonly { patient: string; body: BodyOf<'attachment'> }[],
) =>
  db
    .insertInto('projection.picture')
    .values(
      rows.map(({ patient, body }) => ({
        site,
        patient,
        sha256: body.sha256,
        part: body.part,
        parts: body.parts,
        content_type: body.contentType,
        data: body.data,
      })),
    )
    .onConflict((conflict) => conflict.columns(['site', 'patient', 'sha256', 'part']).doNothing())
    .execute();

/** `undefined`: not all of it is here, or what is here is not the picture of that hash. */
export async function readPicture(
  db: Kysely<Database>,
  site: string,
  patient: string,
  sha256: string,
): Promise<StoredPicture | undefined> {
  const rows = await db
    .selectFrom('projection.picture')
    .where('site', '=', site)
    .where('patient', '=', patient)
    .where('sha256', '=', sha256)
    .select(['part', 'parts', 'content_type', 'data'])
    .execute();
  const joined = joinPicture(
    rows.map(({ part, parts, content_type, data }) => ({
      // Written from bodies that the schema had accepted.
      contentType: content_type as PictureType,
      sha256,
      part,
      parts,
      data,
    })),
  );
  if (!joined.whole) return undefined;
  const bytes = Buffer.from(joined.base64, 'base64');
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
  return { contentType: joined.contentType, base64: joined.base64, bytes };
}

/** FHIR R4 wants a SHA-1 of the data, in base64. */
export const fhirHash = ({ bytes }: StoredPicture): string =>
  createHash('sha1').update(bytes).digest('base64');
