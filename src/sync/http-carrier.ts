import type { z } from 'zod';
import { type Bytes, type Sign, toBase64, utf8 } from '../log/index.ts';
import { type Carrier, CarrierError } from './carrier.ts';
import { decodeFrames, encodeFrames, FrameType } from './frames.ts';
import { ChallengeAnswer, OfferAnswer, PushAnswer, SessionAnswer } from './messages.ts';

export interface HttpCarrierOptions {
  /** Empty for the app's own origin. */
  baseUrl: string;
  device: string;
  sign: Sign;
  snapshotAsOf?: () => Promise<string | undefined>;
  /** The directory as this device holds it: shown to a server that was restored to a time before the device joined. */
  directory?: () => Promise<Bytes[]>;
  fetch?: typeof fetch;
  /** A request that takes longer was lost (Wi-Fi that drops without a word). */
  timeoutMs?: number;
}

export interface HttpCarrier extends Carrier {
  /** JSON GET/POST with the device's session. */
  json<S extends z.ZodType>(path: string, schema: S, body?: unknown): Promise<z.infer<S>>;
  blobs(hashes: string[]): Promise<Bytes[]>;
  /** Resolves when the peer's stream of news has ended, for whatever reason. */
  listen(onNews: () => void, signal: AbortSignal): Promise<void>;
}

const MOST_PAGE_BYTES = 1024 * 1024;
/** Goes through in half a minute at 1 KB/s. */
const LEAST_PAGE_BYTES = 32 * 1024;
const PAGES_BEFORE_LARGER = 10;

/** Offer, push and pull over HTTP. The session is the device's, so a locked tablet uploads too (FAILURES 30). */
export function createHttpCarrier(options: HttpCarrierOptions): HttpCarrier {
  const request = options.fetch ?? fetch;
  let token: string | undefined;
  let page = MOST_PAGE_BYTES;
  let inTime = 0;

  async function send(path: string, init: RequestInit, authorised: boolean): Promise<Response> {
    const headers = new Headers(init.headers);
    if (authorised) headers.set('authorization', `Bearer ${await session()}`);
    let response: Response;
    try {
      response = await request(`${options.baseUrl}${path}`, {
        ...init,
        headers,
        signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      });
    } catch (error) {
      slower(error);
      throw new CarrierError('offline', 'the server does not answer');
    }
    if (response.ok) return response;
    if (response.status === 401 && authorised) {
      token = undefined;
      throw new CarrierError('busy', 'the session ended', 0);
    }
    const retryAfter = Number(response.headers.get('retry-after'));
    if (response.status === 429 || response.status >= 500) {
      throw new CarrierError(
        'busy',
        'the server is busy',
        Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined,
      );
    }
    throw new CarrierError('refused', `the server refused (${response.status})`);
  }

  /** What did not come through in time is tried again in smaller pages, so that a slow ward is slow and not cut off. */
  function slower(error: unknown): void {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') return;
    page = Math.max(LEAST_PAGE_BYTES, page / 4);
    inTime = 0;
  }
  /** A page came through. Only many in a row are a reason to try larger ones: each that is too large costs half a minute. */
  function cameThrough(): void {
    inTime += 1;
    if (inTime % PAGES_BEFORE_LARGER === 0) page = Math.min(MOST_PAGE_BYTES, page * 2);
  }

  async function session(): Promise<string> {
    token ??= await openSession().catch(async (error: unknown) => {
      const entries =
        error instanceof CarrierError && error.kind === 'refused' ? await options.directory?.() : [];
      if (!entries || entries.length === 0) throw error;
      await send('/api/sync/introduce', framesBody(entries), false);
      return openSession();
    });
    return token;
  }

  async function openSession(): Promise<string> {
    const { challenge } = await parse(
      await send('/api/sync/challenge', { method: 'POST' }, false),
      ChallengeAnswer,
    );
    const signature = toBase64(await options.sign(utf8(`lamplight session ${challenge}`)));
    const answer = await send(
      '/api/sync/session',
      jsonBody({ device: options.device, challenge, signature }),
      false,
    );
    return (await parse(answer, SessionAnswer)).token;
  }

  async function frames(
    path: string,
    init: RequestInit,
    type: number,
  ): Promise<{ payloads: Bytes[]; complete: boolean }> {
    const response = await send(path, init, true);
    let body: Bytes;
    try {
      body = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      slower(error);
      throw new CarrierError('offline', 'the connection was cut');
    }
    const decoded = decodeFrames(body);
    if (decoded.error?.kind === 'malformed') throw new CarrierError('garbled', decoded.error.message);
    return {
      payloads: decoded.frames.filter((frame) => frame.type === type).map((frame) => frame.payload),
      complete: decoded.complete,
    };
  }

  return {
    async listen(onNews, signal) {
      // Read by fetch, so that the session goes in a header and never in an address.
      const headers = { authorization: `Bearer ${await session()}` };
      try {
        const response = await request(`${options.baseUrl}/api/sync/live`, { headers, signal });
        const reader = response.ok ? response.body?.getReader() : undefined;
        while (reader) {
          const { done, value } = await reader.read();
          if (done) break;
          if (new TextDecoder().decode(value).includes('event: news')) onNews();
        }
      } catch {
        // The stream ends whenever the network does; whoever listens asks again by itself.
      }
    },
    async json(path, schema, body) {
      return parse(await send(path, body === undefined ? { method: 'GET' } : jsonBody(body), true), schema);
    },
    async offer(offer) {
      return parse(
        await send(
          '/api/sync/offer',
          jsonBody({ ...offer, snapshotAsOf: await options.snapshotAsOf?.() }),
          true,
        ),
        OfferAnswer,
      );
    },
    pageBytes: () => page,
    async push(entries) {
      const answer = await parse(await send('/api/sync/push', framesBody(entries), true), PushAnswer);
      cameThrough();
      return answer;
    },
    async pull(ranges, maxBytes) {
      const { payloads, complete } = await frames(
        '/api/sync/pull',
        jsonBody({ ranges, maxBytes }),
        FrameType.entry,
      );
      cameThrough();
      return { entries: payloads, complete: complete && payloads.length === 0 };
    },
    async blobs(hashes) {
      return (await frames('/api/sync/blobs', jsonBody({ hashes }), FrameType.blob)).payloads;
    },
  };
}

const jsonBody = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const framesBody = (entries: Bytes[]): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream' },
  body: encodeFrames(FrameType.entry, entries),
});

async function parse<S extends z.ZodType>(response: Response, schema: S): Promise<z.infer<S>> {
  let value: unknown;
  try {
    value = await response.json();
  } catch {
    throw new CarrierError('garbled', 'the answer is not what a Lamplight server says');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new CarrierError('garbled', 'the answer is not what a Lamplight server says');
  return parsed.data;
}
