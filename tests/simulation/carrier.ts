import type { Bytes, Range } from '../../src/log/index.ts';
import {
  type Carrier,
  CarrierError,
  decodeFrames,
  encodeFrames,
  FrameType,
  type OfferAnswer,
  type OfferRequest,
  type PushAnswer,
} from '../../src/sync/index.ts';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

const TIMEOUT_MS = 30_000;
const SILENCE: unique symbol = Symbol('no answer');

/** A network that loses, delays, repeats, reorders, cuts and changes what it carries. */
export class SimulatedCarrier implements Carrier {
  readonly #world: World;
  readonly #from: Replica;
  readonly #to: Replica;

  constructor(world: World, from: Replica, to: Replica) {
    this.#world = world;
    this.#from = from;
    this.#to = to;
  }

  /** One request and its answer. `request` runs at the peer, perhaps twice, perhaps with nobody to hear the answer. */
  async #call<T>(request: () => Promise<T>): Promise<T> {
    const { scheduler, faults } = this.#world;
    const lost = (): boolean =>
      !this.#to.alive || (faults && (scheduler.chance(0.04) || !this.#world.connected(this.#from, this.#to)));
    const gone = async (): Promise<never> => {
      await scheduler.sleep(TIMEOUT_MS);
      throw new CarrierError('offline', 'the server does not answer');
    };
    await scheduler.sleep(1 + scheduler.pick(faults ? 300 : 5));
    if (lost()) return gone();
    if (faults && scheduler.chance(0.05))
      scheduler.after(scheduler.pick(900), () => {
        if (this.#to.alive) void request().catch(() => undefined);
      });
    const asked = request();
    // The race may be decided when the peer fails at last.
    asked.catch(() => undefined);
    const answer = await Promise.race([
      asked,
      scheduler.sleep(TIMEOUT_MS).then((): typeof SILENCE => SILENCE),
    ]);
    if (answer === SILENCE) throw new CarrierError('offline', 'the server does not answer');
    await scheduler.sleep(1 + scheduler.pick(faults ? 300 : 5));
    if (lost()) return gone();
    return answer;
  }

  /** A stream of frames on its way: sometimes cut, sometimes with a byte changed. */
  #damage(frames: Bytes): Bytes {
    const { scheduler, faults } = this.#world;
    if (!faults || frames.length === 0) return frames;
    if (scheduler.chance(0.08)) return frames.slice(0, scheduler.pick(frames.length));
    if (!scheduler.chance(0.04)) return frames;
    const changed = new Uint8Array(frames);
    changed[scheduler.pick(changed.length)]! ^= 1 + scheduler.pick(255);
    return changed;
  }

  offer(request: Pick<OfferRequest, 'vector' | 'acknowledged'>): Promise<OfferAnswer> {
    return this.#call(async () => this.#lie(await this.#to.answerOffer(request, this.#from.device)));
  }

  async push(entries: Bytes[]): Promise<PushAnswer> {
    const stream = this.#damage(encodeFrames(FrameType.entry, entries));
    return this.#call(async () => {
      const { frames } = decodeFrames(stream);
      return this.#lie(await this.#to.answerPush(frames.map((frame) => frame.payload)));
    });
  }

  async pull(ranges: Range[], maxBytes: number): Promise<{ entries: Bytes[]; complete: boolean }> {
    const stream = await this.#call(async () => {
      const found: Bytes[] = [];
      for (const range of ranges) found.push(...(await this.#to.read(range, maxBytes)));
      return encodeFrames(FrameType.entry, found);
    });
    const decoded = decodeFrames(this.#damage(stream));
    if (decoded.error?.kind === 'malformed') throw new CarrierError('garbled', decoded.error.message);
    const entries = decoded.frames.map((frame) => frame.payload);
    return { entries, complete: decoded.complete && entries.length === 0 };
  }

  /** A hub that an attacker owns claims more for the server than the server said. */
  #lie<A extends { acknowledgements: OfferAnswer['acknowledgements'] }>(answer: A): A {
    const { scheduler, faults } = this.#world;
    if (!faults || this.#to.kind !== 'hub' || !scheduler.chance(0.1)) return answer;
    return {
      ...answer,
      acknowledgements: answer.acknowledgements.map((ack) => ({ ...ack, seq: ack.seq + 1 })),
    };
  }
}
