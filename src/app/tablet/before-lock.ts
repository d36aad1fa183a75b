type Flush = () => Promise<unknown>;

const waiting = new Set<Flush>();
/** A vault that does not answer must not keep a tablet open. */
const MOST_MS = 1_500;

/** Registers what has to reach the vault before the page goes away; returns how to take it back. */
export function beforeLock(flush: Flush): () => void {
  waiting.add(flush);
  return () => waiting.delete(flush);
}

/** To lock is to reload the page: the one way to empty a JavaScript heap, and what the screen showed. */
export async function lock(): Promise<void> {
  const flushed = Promise.allSettled([...waiting].map((flush) => flush()));
  await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, MOST_MS))]);
  location.reload();
}
