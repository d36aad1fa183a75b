import type { z } from 'zod';
import {
  type Attachment,
  PART_CHARACTERS,
  type PictureReference,
  type PictureType,
} from './entries/attachment.ts';
import type { FormAnswer, FormResponseItem } from './entries/forms.ts';
import type { WardBody } from './entries/index.ts';

type Part = Pick<z.infer<typeof Attachment>, 'contentType' | 'sha256' | 'part' | 'parts' | 'data'>;

/** A picture as its parts. `base64`: all of it; a part is a multiple of four characters, so each can be read alone. */
export function splitPicture(picture: { contentType: PictureType; sha256: string; base64: string }): Part[] {
  const { contentType, sha256, base64 } = picture;
  const parts = Math.max(1, Math.ceil(base64.length / PART_CHARACTERS));
  return Array.from({ length: parts }, (_, at) => ({
    contentType,
    sha256,
    part: at + 1,
    parts,
    data: base64.slice(at * PART_CHARACTERS, (at + 1) * PART_CHARACTERS),
  }));
}

export type JoinedPicture =
  /** All parts are there; whether they are the picture is told by its hash. */
  | { whole: true; contentType: PictureType; base64: string }
  | { whole: false; here: number; of: number | undefined };

/** The parts of one picture, in any order and any number of times. */
export function joinPicture(parts: readonly Part[]): JoinedPicture {
  const [first] = parts;
  const byPlace = new Map(parts.filter(({ data }) => data !== '').map((part) => [part.part, part.data]));
  const of = first?.parts;
  if (!first || of === undefined || byPlace.size < of) return { whole: false, here: byPlace.size, of };
  return {
    whole: true,
    contentType: first.contentType,
    base64: Array.from({ length: of }, (_, at) => byPlace.get(at + 1) ?? '').join(''),
  };
}

/** The pictures that an entry names, each once. */
export function picturesIn(body: Pick<WardBody, 'kind'> | null): PictureReference[] {
  const { items } = (body?.kind === 'form-answered' ? body : {}) as { items?: readonly FormResponseItem[] };
  const found = new Map<string, PictureReference>();
  const inAnswer = ({ valueAttachment, item }: FormAnswer): void => {
    if (valueAttachment) found.set(valueAttachment.sha256, valueAttachment);
    inItems(item);
  };
  const inItems = (inside: readonly FormResponseItem[] | undefined): void => {
    for (const { answer, item } of inside ?? []) {
      answer?.forEach(inAnswer);
      inItems(item);
    }
  };
  inItems(items);
  return [...found.values()];
}
