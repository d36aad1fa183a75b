import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Bytes } from '../../log/index.ts';
import { decodeFrames, encodeFrame, FrameType } from '../../sync/index.ts';

/**
 * PGlite never calls fsync, so a power cut could lose what it "committed". Beside it, entries are first appended here
 * with `fdatasync`; on start the journal fills what the database lacks. PostgreSQL needs none of this.
 */
export interface Journal {
  append(entries: readonly Bytes[]): Promise<void>;
  close(): Promise<void>;
}

export async function openJournal(path: string): Promise<{ journal: Journal; entries: Bytes[] }> {
  await mkdir(dirname(path), { recursive: true });
  const existing = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return new Uint8Array(0);
    throw error;
  });
  // A torn last frame was never acknowledged: the tablet sends it again. What cannot be read is kept aside all the
  // same: a disk may have spoiled the middle of the file, and more may stand behind that (FAILURES 10).
  const { frames } = decodeFrames(new Uint8Array(existing));
  const file = await open(path, 'a', 0o600);
  const whole = frames.reduce((sum, frame) => sum + 5 + frame.payload.length, 0);
  if (whole < existing.length) {
    await writeFile(`${path}.cut-${Date.now()}`, existing.subarray(whole), { mode: 0o600, flush: true });
    await file.truncate(whole);
  }

  let queue: Promise<void> = Promise.resolve();
  let length = whole;
  /** A full disk may have left half a frame behind `length`: nothing may follow it there. */
  let torn = false;
  return {
    entries: frames.map((frame) => frame.payload),
    journal: {
      append(entries) {
        const done = queue.then(async () => {
          if (torn) await file.truncate(length);
          torn = true;
          const frames = Buffer.concat(entries.map((entry) => encodeFrame(FrameType.entry, entry)));
          await file.appendFile(frames);
          await file.datasync();
          length += frames.length;
          torn = false;
        });
        // A failed append fails its own caller; the next one tries anew, from where the last good one ended.
        queue = done.catch(() => undefined);
        return done;
      },
      close: () => queue.then(() => file.close()),
    },
  };
}
