import {
  type Bytes,
  concatBytes,
  fromBase64,
  type Range,
  toBase64,
  type VersionVector,
} from '../log/index.ts';
import { type AgeIdentities, type AgeRecipient, openStream, sealStream } from '../seal/index.ts';
import { ExportHeader, ExportLine } from './file-format.ts';

/**
 * A transfer file: one standard age file of JSON lines. Written and read as streams, so that a ward's whole record
 * passes through a tablet's memory in pieces.
 */

/** Longest line that is read: an entry of 256 KB in base64 and its body of 1 MB, escaped. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;
/** Smaller than a chunk of age, so that what is whole before a cut is handed out before the cut is seen. */
const PIECE_BYTES = 32 * 1024;
const ARMOUR_BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const ARMOUR_END = '-----END AGE ENCRYPTED FILE-----';
const ARMOUR_LINE_BYTES = 48;

export interface LogToExport {
  log: string;
  through: number;
  /** Directory first, then the roster, then the wards: without the first nothing else verifies. */
  rank: number;
  /** Up to here nothing of it can be given but its first entry. */
  purgedThrough?: number | undefined;
}

/**
 * What goes into a file for a replica that holds `theirs`. The directory, and the first entry of each log that is
 * continued, are always there: a file can be verified by itself.
 */
export function planExport(logs: readonly LogToExport[], theirs: VersionVector): Range[] {
  return [...logs]
    .sort((a, b) => a.rank - b.rank || (a.log < b.log ? -1 : 1))
    .flatMap(({ log, through, rank, purgedThrough = 0 }): Range[] => {
      const held = rank === 0 ? 0 : (theirs[log]?.[0] ?? 0);
      if (held >= through) return [];
      const after = Math.max(held, purgedThrough);
      const rest = { log, after, through };
      return after === 0
        ? [rest]
        : [
            { log, after: 0, through: 1 },
            { ...rest, after: Math.max(1, after) },
          ];
    })
    .filter((range) => range.through > range.after);
}

/** The file as a stream. `lines` are `header.entries` many. */
export function writeExport(
  recipients: readonly AgeRecipient[],
  header: ExportHeader,
  lines: AsyncIterable<ExportLine>,
): Promise<ReadableStream<Uint8Array>> {
  async function* text(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode(`${JSON.stringify(header)}\n`);
    let block = '';
    for await (const { entry, ...readable } of lines) {
      // The sealed bytes come last: whoever reads a line sees what it says first.
      block += `${JSON.stringify({ ...readable, entry })}\n`;
      if (block.length < PIECE_BYTES) continue;
      yield encoder.encode(block);
      block = '';
    }
    if (block !== '') yield encoder.encode(block);
  }
  return sealStream(recipients, toStream(text()));
}

/** The same file as text (age's own armour), for share sheets that take known file types only. */
export function armour(file: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  async function* text(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode(`${ARMOUR_BEGIN}\n`);
    let rest: Uint8Array = new Uint8Array(0);
    for await (const piece of pieces(file)) {
      const bytes = concatBytes([rest, piece]);
      const whole = bytes.length - (bytes.length % ARMOUR_LINE_BYTES);
      yield encoder.encode(armourLines(bytes.subarray(0, whole)));
      rest = bytes.subarray(whole);
    }
    yield encoder.encode(`${armourLines(rest)}${ARMOUR_END}\n`);
  }
  return toStream(text());
}

function armourLines(bytes: Uint8Array): string {
  let lines = '';
  for (let at = 0; at < bytes.length; at += ARMOUR_LINE_BYTES)
    lines += `${toBase64(bytes.subarray(at, at + ARMOUR_LINE_BYTES))}\n`;
  return lines;
}

/** Why a file could not be read at all; `message` is for the user. */
export interface FileFailure {
  kind: 'not-an-export' | 'not-for-us' | 'newer-version';
  message: string;
}

export type ReadLine =
  | { kind: 'entry'; number: number; bytes: Bytes; line: ExportLine }
  /** A line that is no entry. `bytes`: as it stands in the file. */
  | { kind: 'bad'; number: number; bytes: Bytes; reason: string }
  /** The file ends here though it should not, or what follows was changed. Nothing comes after. */
  | { kind: 'cut'; message: string };

/** Opens a file, armoured or not. Every fault of the file is a value; what a file can do is never to throw. */
export async function readExport(
  identities: AgeIdentities,
  file: ReadableStream<Uint8Array>,
): Promise<
  { ok: true; header: ExportHeader; lines: AsyncGenerator<ReadLine> } | { ok: false; error: FileFailure }
> {
  const { armoured, stream } = await sniff(file);
  if (armoured === undefined)
    return failed('not-an-export', 'This is not a Lamplight file. Choose a file that ends in .age or .txt.');
  const plain = await openStream(identities, toStream(pieces(armoured ? dearmour(stream) : stream)));
  if (!plain)
    return failed(
      'not-for-us',
      'This file is sealed for other wards or with newer keys, or damaged at its beginning. It was not changed. If a tablet was revoked lately, ask for a file “only for tablets and the server”, or take the records over by camera.',
    );
  const lines = splitLines(plain);
  const first = await lines.next();
  if (first.done || first.value.kind !== 'line')
    return failed('not-an-export', 'The file is cut or damaged at its beginning: nothing in it can be read.');
  const value = parseJson(first.value.text);
  const header = ExportHeader.safeParse(value);
  if (!header.success) {
    const version = (value as { format?: unknown; version?: unknown } | undefined)?.version;
    return typeof version === 'number' && version > 1
      ? failed(
          'newer-version',
          'This file was written by a newer Lamplight. Read it there, or update this one.',
        )
      : failed('not-an-export', 'This age file does not hold records of Lamplight.');
  }
  return { ok: true, header: header.data, lines: readLines(header.data, lines) };
}

async function* readLines(header: ExportHeader, lines: AsyncGenerator<RawLine>): AsyncGenerator<ReadLine> {
  let number = 0;
  for await (const raw of lines) {
    if (raw.kind === 'cut') {
      yield {
        kind: 'cut',
        message: `The file is cut or damaged after ${number} of ${header.entries} entries.`,
      };
      return;
    }
    number += 1;
    if (raw.kind === 'too-long') {
      yield { kind: 'bad', number, bytes: new Uint8Array(0), reason: `line ${number} is too long` };
      continue;
    }
    const parsed = ExportLine.safeParse(parseJson(raw.text));
    const bytes = parsed.success ? decodeBase64(parsed.data.entry) : undefined;
    yield parsed.success && bytes
      ? { kind: 'entry', number, bytes, line: parsed.data }
      : {
          kind: 'bad',
          number,
          bytes: new TextEncoder().encode(raw.text.slice(0, 65_536)) as Bytes,
          reason: `line ${number} is not an entry`,
        };
  }
  if (number < header.entries)
    yield { kind: 'cut', message: `The file ends after ${number} of ${header.entries} entries.` };
}

type RawLine = { kind: 'line'; text: string } | { kind: 'too-long' } | { kind: 'cut' };

async function* splitLines(plain: ReadableStream<Uint8Array>): AsyncGenerator<RawLine> {
  const reader = plain.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let skipping = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const text of parts) {
        if (skipping || text.length > MAX_LINE_CHARS) yield { kind: 'too-long' };
        else if (text !== '') yield { kind: 'line', text };
        skipping = false;
      }
      if (rest.length > MAX_LINE_CHARS) {
        skipping = true;
        rest = '';
      }
    }
    if (skipping) yield { kind: 'too-long' };
    else if (rest !== '') yield { kind: 'line', text: rest };
  } catch {
    // The stream errors where age's own checks fail: a half line before that is not used.
    yield { kind: 'cut' };
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Looks at the first bytes and hands back the whole. `armoured` undefined: no age file. */
async function sniff(
  file: ReadableStream<Uint8Array>,
): Promise<{ armoured: boolean | undefined; stream: ReadableStream<Uint8Array> }> {
  const reader = file.getReader();
  const head: Uint8Array[] = [];
  let start = '';
  try {
    while (start.length < 64) {
      const { done, value } = await reader.read();
      if (done) break;
      head.push(value);
      // age's header is ASCII; latin1 never fails.
      start += new TextDecoder('latin1').decode(value.subarray(0, 256));
    }
  } catch {
    return { armoured: undefined, stream: toStream(pieces(new ReadableStream())) };
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* head;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  }
  const armoured = start.startsWith('age-encryption.org/v1')
    ? false
    : start.trimStart().startsWith(ARMOUR_BEGIN)
      ? true
      : undefined;
  return { armoured, stream: toStream(whole()) };
}

/** Takes the armour off as far as it is whole: a cut shows itself in the age file inside. */
function dearmour(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  async function* decoded(): AsyncGenerator<Uint8Array> {
    let rest = '';
    for await (const piece of stream) {
      const text = rest + new TextDecoder('latin1').decode(piece).replace(/\r/g, '');
      const lines = text.split('\n');
      rest = lines.pop() ?? '';
      const bytes = lines.flatMap((line) => armourLine(line) ?? []);
      for (const part of bytes) yield part;
    }
    const last = armourLine(rest);
    if (last) yield last;
  }
  return toStream(decoded());
}

function armourLine(line: string): Bytes | undefined {
  const text = line.trim();
  if (text === '' || text === ARMOUR_BEGIN || text === ARMOUR_END) return undefined;
  return decodeBase64(text.slice(0, text.length - (text.length % 4)));
}

async function* pieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const value of stream)
    for (let at = 0; at < value.length; at += PIECE_BYTES) yield value.subarray(at, at + PIECE_BYTES);
}

/** A stream that asks for the next piece only when its reader does. */
function toStream(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeBase64(text: string): Bytes | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

const failed = (kind: FileFailure['kind'], message: string) => ({
  ok: false as const,
  error: { kind, message },
});
