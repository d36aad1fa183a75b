import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes } from '../../src/log/index.ts';
import {
  backoffMs,
  CarrierError,
  createHttpCarrier,
  decodeFrames,
  encodeFrame,
  encodeFrames,
  FrameType,
} from '../../src/sync/index.ts';

describe('frames', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (payloads) => {
        const decoded = decodeFrames(encodeFrames(FrameType.entry, payloads));
        expect(decoded.complete).toBe(true);
        expect(decoded.frames.map((frame) => [...frame.payload])).toEqual(
          payloads.map((payload) => [...payload]),
        );
      }),
    );
  });

  it('cut anywhere, give the whole frames before the cut and say that it was cut', () => {
    const payloads = [new Uint8Array(10).fill(1), new Uint8Array(300).fill(2), new Uint8Array(0)];
    const whole = encodeFrames(FrameType.entry, payloads);
    for (let length = 0; length < whole.length; length++) {
      const decoded = decodeFrames(whole.slice(0, length) as Bytes);
      expect(decoded.complete).toBe(false);
      expect(decoded.error?.kind).toBe('truncated');
      expect(decoded.frames.every((frame, index) => frame.payload.length === payloads[index]!.length)).toBe(
        true,
      );
    }
  });

  it('of unknown type, too large, or with bytes behind the end are malformed, never a crash', () => {
    const huge = new Uint8Array([FrameType.entry, 0xff, 0xff, 0xff, 0xff]);
    expect(decodeFrames(huge).error?.kind).toBe('malformed');
    expect(decodeFrames(new Uint8Array([7, 0, 0, 0, 0])).error?.kind).toBe('malformed');
    expect(
      decodeFrames(concatBytes([encodeFrames(FrameType.entry, []), new Uint8Array(1)])).error?.kind,
    ).toBe('malformed');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => void decodeFrames(new Uint8Array(noise))),
      { numRuns: 5000 },
    );
  });
});

describe('backoff', () => {
  it('grows, is jittered from zero, is bounded, and honours Retry-After (FAILURES 28)', () => {
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.999)).toBeGreaterThan(7_000);
    expect(backoffMs(50, 0.999)).toBeLessThanOrEqual(60_000);
    expect(backoffMs(1, 0.1, 5_000)).toBe(5_000);
  });
});

describe('the http carrier', () => {
  const carrier = (answer: () => Response | Promise<Response>) =>
    createHttpCarrier({
      baseUrl: 'http://x',
      device: 'a'.repeat(32),
      sign: async () => new Uint8Array(64),
      fetch: async () => answer(),
    });
  const kindOf = async (answer: () => Response | Promise<Response>): Promise<string> => {
    const error = await carrier(answer)
      .offer({ vector: {} })
      .catch((caught: unknown) => caught);
    return error instanceof CarrierError ? `${error.kind} ${error.retryAfterMs ?? ''}`.trim() : String(error);
  };
  it('tells a server that is away, busy, refusing or talking nonsense apart', async () => {
    expect(await kindOf(() => Promise.reject(new TypeError('failed to fetch')))).toBe('offline');
    expect(await kindOf(() => new Response('', { status: 503, headers: { 'retry-after': '7' } }))).toBe(
      'busy 7000',
    );
    expect(await kindOf(() => new Response('', { status: 403 }))).toBe('refused');
    expect(await kindOf(() => new Response('<html>captive portal</html>'))).toBe('garbled');
  });
  it('asks for smaller pages where the way is slow, and for larger ones when it is not any more', async () => {
    // A ward's Wi-Fi that lets through so much before a request's time is over.
    let most = 100 * 1024;
    const slow = createHttpCarrier({
      baseUrl: 'http://x',
      device: 'a'.repeat(32),
      sign: async () => new Uint8Array(64),
      fetch: async (path, init) => {
        if (String(path).endsWith('/challenge')) return Response.json({ challenge: 'c' });
        if (String(path).endsWith('/session')) return Response.json({ token: 't' });
        if (Buffer.from(init!.body as Uint8Array).length > most)
          throw new DOMException('too slow', 'TimeoutError');
        return Response.json({ held: [], problems: [], acknowledgements: [] });
      },
    });
    const push = async (): Promise<boolean> =>
      slow.push([new Uint8Array(slow.pageBytes!() - 100)]).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ kind: 'offline' });
          return false;
        },
      );
    expect(await push()).toBe(false);
    expect(await push()).toBe(false);
    expect(slow.pageBytes!()).toBe(64 * 1024);
    expect(await push()).toBe(true);
    most = 8 * 1024 * 1024;
    for (let n = 0; n < 60; n++) expect(await push()).toBe(true);
    expect(slow.pageBytes!()).toBe(1024 * 1024);
  });
  it('does not take a truncated pull for a whole one', async () => {
    const answers = [
      Response.json({ challenge: 'c' }),
      Response.json({ token: 't' }),
      new Response(encodeFrame(FrameType.entry, new Uint8Array(5)).slice(0, 7)),
    ];
    const result = await carrier(() => answers.shift()!).pull(
      [{ log: 'a'.repeat(32), after: 0, through: 1 }],
      100,
    );
    expect(result).toEqual({ entries: [], complete: false });
  });
});
