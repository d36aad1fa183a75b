/** Virtual time, and one seeded source of chance for everything that happens. */

/** Mulberry32 (Ettinger, 2017): small, and the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Timed {
  at: number;
  order: number;
  run: () => void;
}

export class Scheduler {
  now = 1_795_500_000_000;
  readonly random: () => number;
  #queue: Timed[] = [];
  #order = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** Whole number in [0, below). */
  pick(below: number): number {
    return Math.floor(this.random() * below);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.pick(items.length)]!;
  }

  after(ms: number, run: () => void): void {
    this.#queue.push({ at: this.now + ms, order: this.#order++, run });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs everything that is due, one event at a time; what an event set going settles before the next. */
  async run(checked: () => void): Promise<void> {
    // What was called but has not reached its first wait yet comes first.
    await settled();
    while (this.#queue.length > 0) {
      let first = 0;
      for (let n = 1; n < this.#queue.length; n++) {
        const a = this.#queue[n]!;
        const b = this.#queue[first]!;
        if (a.at < b.at || (a.at === b.at && a.order < b.order)) first = n;
      }
      const [event] = this.#queue.splice(first, 1);
      this.now = Math.max(this.now, event!.at);
      event!.run();
      await settled();
      checked();
    }
  }
}

/** Resolves when every promise that can go on without an event has done so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
