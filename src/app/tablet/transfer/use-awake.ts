import { useEffect } from 'react';

const EVERY_MS = 30_000;
/** A tablet that was left lying is locked all the same. */
const MOST_MS = 10 * 60_000;

/** Keeps the screen on and the idle lock away while pictures are shown or read: nobody touches the tablet then. */
export function useAwake(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const from = Date.now();
    let sentinel: WakeLockSentinel | undefined;
    navigator.wakeLock?.request('screen').then(
      (held) => {
        sentinel = held;
      },
      // A browser that refuses it lets the screen go dark; the transfer goes on when it is touched.
      () => undefined,
    );
    const timer = setInterval(() => {
      if (Date.now() - from < MOST_MS) dispatchEvent(new Event('input'));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      void sentinel?.release();
    };
  }, [active]);
}
