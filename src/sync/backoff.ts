const BASE_MS = 1_000;
const CAP_MS = 60_000;

/** Exponential backoff with full jitter (Brooker, AWS Architecture Blog, 2015). `random` in [0, 1). */
export function backoffMs(failures: number, random: number, retryAfterMs?: number): number {
  const window = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures, 10));
  return Math.max(retryAfterMs ?? 0, Math.round(random * window));
}
