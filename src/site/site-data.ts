import { deflateSync, inflateSync } from 'fflate';
import { z } from 'zod';
import { Instant, readWardSettings, type WardSettings } from '../clinical/index.ts';
import { fromBase64, toBase64, utf8 } from '../log/index.ts';

/** What a hospital brings along besides forms. */
export const SiteDataName = z.enum(['formulary', 'order-sets', 'interactions', 'ward-settings']);
export type SiteDataName = z.infer<typeof SiteDataName>;

/** Fits an entry of the directory. */
const PART_CHARACTERS = 180_000;
const MOST_PARTS = 40;

/**
 * Data of the hospital's own (or, with `ward`, of one ward): deflated JSON in as many entries as it takes. Names no
 * patient, so it stands in the directory beside the forms and reaches every tablet. What is published next takes its
 * place as a whole, once all parts of it are here.
 */
export const DataPublished = z.object({
  kind: z.literal('data-published'),
  recordedAt: Instant,
  what: SiteDataName,
  ward: z.string().max(64).optional(),
  part: z
    .number()
    .int()
    .min(0)
    .max(MOST_PARTS - 1),
  parts: z.number().int().min(1).max(MOST_PARTS),
  data: z.base64().max(PART_CHARACTERS),
  by: z.string().max(200),
});
export type DataPublished = z.infer<typeof DataPublished>;

/** One publication of one thing, as far as its parts are here. */
interface Publication {
  recordedAt: string;
  by: string;
  parts: (string | undefined)[];
}

export type SiteData = Map<string, Publication[]>;

const keyOf = (what: SiteDataName, ward: string | undefined): string => `${what} ${ward ?? ''}`;

/** Cuts what is to be published into bodies that fit an entry each. `undefined`: it is too long. */
export function publish(
  value: unknown,
  about: Pick<DataPublished, 'what' | 'ward' | 'recordedAt' | 'by'>,
): DataPublished[] | undefined {
  const text = toBase64(deflateSync(utf8(JSON.stringify(value))));
  const size = PART_CHARACTERS - (PART_CHARACTERS % 4);
  const parts = Math.max(1, Math.ceil(text.length / size));
  if (parts > MOST_PARTS) return undefined;
  return Array.from({ length: parts }, (_, part) => ({
    kind: 'data-published' as const,
    ...about,
    part,
    parts,
    data: text.slice(part * size, (part + 1) * size),
  }));
}

/** Takes one part in; in whatever order parts come, the same data results. */
export function addSiteData(data: SiteData, body: DataPublished): void {
  const key = keyOf(body.what, body.ward);
  const known = data.get(key) ?? [];
  const same = known.find(
    ({ recordedAt, parts }) => recordedAt === body.recordedAt && parts.length === body.parts,
  );
  if (same) same.parts[body.part] = body.data;
  else {
    const parts = new Array<string | undefined>(body.parts).fill(undefined);
    parts[body.part] = body.data;
    known.push({ recordedAt: body.recordedAt, by: body.by, parts });
  }
  // The newest that is whole, and what is still on its way; older ones are never asked for again.
  known.sort((a, b) => (a.recordedAt < b.recordedAt ? 1 : -1));
  const whole = known.findIndex(isWhole);
  data.set(key, whole < 0 ? known : known.slice(0, whole + 1));
}

const isWhole = ({ parts }: Publication): boolean => parts.every((part) => part !== undefined);

/** The newest publication whose parts are all here: who published it when, and what it says, not yet parsed. */
export function siteData(
  data: SiteData,
  what: SiteDataName,
  ward?: string,
): { recordedAt: string; by: string; read: () => unknown } | undefined {
  const found = data.get(keyOf(what, ward))?.find(isWhole);
  return (
    found && {
      recordedAt: found.recordedAt,
      by: found.by,
      read: () => readData(found.parts.join('')),
    }
  );
}

/** What the ward has set for itself, or the defaults. */
export const wardSettings = (data: SiteData, ward: string): WardSettings =>
  readWardSettings(siteData(data, 'ward-settings', ward)?.read());

/** `undefined`: it does not read, which is the desk's slip and no reason to stop a ward. */
function readData(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(inflateSync(fromBase64(text)))) as unknown;
  } catch {
    return undefined;
  }
}
