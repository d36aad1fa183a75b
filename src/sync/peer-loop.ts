import { backoffMs } from './backoff.ts';
import { CarrierError } from './carrier.ts';
import type { Progress } from './exchange.ts';
import type { HttpCarrier } from './http-carrier.ts';
import type { OfferAnswer } from './messages.ts';

/** Who heard nothing asks again after this long; server-sent events make it sooner. */
const POLL_MS = 15_000;

/** How it stands with one peer: the site server, or a hub. */
export interface PeerState {
  reach: 'no-network' | 'reached' | 'refused';
  phase: 'idle' | 'waiting' | Progress['phase'];
  /** Entries done and in all, for the progress bar. */
  done: number;
  total: number;
  lastContactAt?: string;
  nextTryAt?: string;
  /** Our clock minus the peer's, milliseconds. */
  clockSkewMs?: number;
  problem?: string;
}

export interface PeerLoop {
  state(): PeerState;
  /** Exchanges now, or again when an exchange is running. */
  wake(): void;
  /** Runs until it is stopped. */
  run(): Promise<void>;
  stop(): void;
}

/**
 * Keeps in step with one peer by itself: after each `wake`, when the peer has news, and on a poll with jitter; after a
 * failure with exponential backoff.
 *
 * @param exchange one whole exchange with the peer.
 */
export function createPeerLoop(options: {
  carrier: Pick<HttpCarrier, 'listen'>;
  exchange(onProgress: (progress: Progress) => void): Promise<OfferAnswer>;
  onState(state: PeerState): void;
  random: () => number;
  clock: () => number;
}): PeerLoop {
  const { carrier, random, clock } = options;
  let state: PeerState = { reach: 'no-network', phase: 'idle', done: 0, total: 0 };
  let nudged = false;
  let stopped = false;
  let endPause = (): void => undefined;
  let live: AbortController | undefined;

  const wake = (): void => {
    nudged = true;
    endPause();
  };

  const tell = (change: { [K in keyof PeerState]?: PeerState[K] | undefined }): void => {
    state = Object.fromEntries(
      Object.entries({ ...state, ...change }).filter(([, value]) => value !== undefined),
    ) as unknown as PeerState;
    options.onState(state);
  };

  async function once(): Promise<void> {
    const offer = await options.exchange(({ phase, done, total }) =>
      tell({ reach: 'reached', phase, done, total }),
    );
    tell({
      reach: 'reached',
      phase: 'idle',
      lastContactAt: new Date(clock()).toISOString(),
      clockSkewMs: clock() - Date.parse(offer.now),
      problem: undefined,
      nextTryAt: undefined,
    });
    if (!live) void listen();
  }

  async function listen(): Promise<void> {
    const controller = new AbortController();
    live = controller;
    const began = clock();
    await carrier.listen(wake, controller.signal).catch(() => undefined);
    if (live === controller) live = undefined;
    // It may have ended because the peer did: find out now, not at the next poll. A stream that ends as soon as it
    // begins is no reason to hurry.
    if (!stopped && clock() - began > 1000) wake();
  }

  function failed(error: unknown, waitMs: number): void {
    const carrierError = error instanceof CarrierError ? error : undefined;
    tell({
      reach:
        carrierError?.kind === 'refused'
          ? 'refused'
          : carrierError?.kind === 'offline'
            ? 'no-network'
            : state.reach,
      phase: 'waiting',
      problem: carrierError?.message ?? 'The storage could not be read or written while exchanging.',
      nextTryAt: new Date(clock() + waitMs).toISOString(),
    });
  }

  /** Waits, unless there was a reason to go on while the last exchange ran. */
  async function pause(ms: number): Promise<void> {
    if (!nudged && !stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    nudged = false;
  }

  return {
    state: () => state,
    wake,
    async run() {
      for (let failures = 0; !stopped; ) {
        let waitMs = POLL_MS * (0.75 + random() / 2);
        try {
          await once();
          failures = 0;
        } catch (error) {
          failures += 1;
          waitMs = backoffMs(
            failures,
            random(),
            error instanceof CarrierError ? error.retryAfterMs : undefined,
          );
          failed(error, waitMs);
        }
        await pause(waitMs);
      }
    },
    stop() {
      stopped = true;
      live?.abort();
      endPause();
    },
  };
}
