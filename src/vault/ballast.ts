import type { VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import { RESERVE, storageRoom } from './storage-room.ts';

/**
 * Files of random bytes that hold space for the day when the disk is full: a write that finds no room drops one and is
 * made again (FAILURES 6). So nobody's charting stops at the first full disk, and everybody is warned long before the
 * last piece is gone.
 */

const BALLAST_LOCK = 'lamplight-ballast';
const CHUNK_BYTES = 64 * 1024;
/** Laying a piece writes it to see whether it fits; a tablet that has no room for it is not asked again sooner. */
const TRY_AGAIN_MS = 60 * 60_000;

const nameOf = (piece: number): string => `ballast-${piece}`;

/** Lays down what is missing of the reserve. A piece stays only when another would still fit beside it. Runs in a worker. */
export function layBallast(db: VaultDatabase, nowMs: number): Promise<void> {
  return navigator.locks.request(BALLAST_LOCK, async () => {
    const triedAt = await db.read('ballast-tried-at');
    if (triedAt !== undefined && nowMs - triedAt < TRY_AGAIN_MS) return;
    const folder = await navigator.storage.getDirectory();
    let pieces = (await lyingPieces(folder)).length;
    const room = storageRoom(await navigator.storage.estimate(), undefined);
    while (pieces < RESERVE.pieces && room === 'enough') {
      if (!(await lay(folder, nameOf(pieces)))) break;
      const fits = await lay(folder, 'ballast-trial');
      await folder.removeEntry('ballast-trial');
      if (!fits) {
        await folder.removeEntry(nameOf(pieces));
        break;
      }
      pieces += 1;
    }
    await db.write('ballast-tried-at', nowMs);
  });
}

/** Pieces that lie there; `undefined` when none was laid yet, or this browser has no private file system. */
export async function reservePieces(db: VaultDatabase): Promise<number | undefined> {
  if ((await db.read('ballast-tried-at')) === undefined) return undefined;
  return (await lyingPieces(await navigator.storage.getDirectory())).length;
}

async function lyingPieces(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names = Array.from({ length: RESERVE.pieces }, (_, piece) => nameOf(piece));
  const found = await Promise.all(
    names.map((name) => folder.getFileHandle(name).then(() => [name], noneIfMissing)),
  );
  return found.flat();
}

async function lay(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await file.createSyncAccessHandle();
  try {
    if (handle.getSize() === RESERVE.pieceBytes) return true;
    // Random, so that no file system keeps it in less space than it claims.
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let at = 0; at < RESERVE.pieceBytes; at += CHUNK_BYTES)
      handle.write(crypto.getRandomValues(chunk), { at });
    handle.flush();
    return true;
  } catch (error) {
    if (storageFailure(error).kind !== 'full') throw error;
    handle.truncate(0);
    return false;
  } finally {
    handle.close();
  }
}

/** Gives one piece up. `false`: none is left. */
function dropPiece(): Promise<boolean> {
  return navigator.locks.request(BALLAST_LOCK, async () => {
    const folder = await navigator.storage.getDirectory();
    const piece = (await lyingPieces(folder)).at(-1);
    if (piece !== undefined) await folder.removeEntry(piece);
    return piece !== undefined;
  });
}

function noneIfMissing(error: unknown): [] {
  if (error instanceof DOMException && error.name === 'NotFoundError') return [];
  throw error;
}

/** Runs a write of what somebody charted; on a full disk gives pieces of the reserve up until it succeeds or none is left. */
export async function writeWithRoom<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (storageFailure(error).kind !== 'full' || !(await dropPiece().catch(() => false))) throw error;
    }
  }
}
