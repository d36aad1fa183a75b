/** How much room a tablet has. `low`: not to go into an outage with. `nearly-full`: its records are to be passed on now. */
export type StorageRoom = 'enough' | 'low' | 'nearly-full';

const MEGABYTE = 1024 * 1024;

/** The reserve lies in pieces, each given up when a write finds no room. A ward's 50,000 entries take some 60 MB. */
export const RESERVE = { pieces: 4, pieceBytes: 32 * MEGABYTE } as const;

/**
 * What is known of the room that is left. Chromium reports a made-up quota (usage plus 10 GB), so what the reserve has
 * left says more than its estimate; other browsers tell their real one.
 *
 * @param reserve pieces that could be laid and still lie there; `undefined` where there is no such file system.
 */
export function storageRoom({ usage, quota }: StorageEstimate, reserve: number | undefined): StorageRoom {
  const free = quota === undefined || usage === undefined ? Number.POSITIVE_INFINITY : quota - usage;
  const left = reserve ?? RESERVE.pieces;
  if (free < 100 * MEGABYTE || left < RESERVE.pieces / 2) return 'nearly-full';
  return free < 500 * MEGABYTE || left < RESERVE.pieces ? 'low' : 'enough';
}
