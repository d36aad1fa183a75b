import { beforeAll, describe, expect, it } from 'vitest';
import { type Bytes, concatBytes, toBase64, toHex, utf8, type Verify } from '../../src/log/index.ts';
import { newIdentity, newSigningKey, openWith, sealTo, signWith, verifyWith } from '../../src/seal/index.ts';
import {
  armour,
  countLines,
  createQrReceiver,
  createQrSender,
  decodeQrFrame,
  exportLines,
  importFile,
  packPage,
  planExport,
  QrKind,
  readExport,
  readStatement,
  unpackPage,
  writeExport,
  writeStatement,
} from '../../src/sync/index.ts';
import { aLog } from '../builders.ts';
import { memoryLedger } from './memory-ledger.ts';

/**
 * Files and pictures come from anywhere. Whatever they hold: no call throws, and nothing counts as authentic that its
 * writer did not sign. `LAMPLIGHT_FUZZ=5` plays five times as many inputs; a failure names its seed.
 */

const TIMES = Number(process.env.LAMPLIGHT_FUZZ ?? 1);
const SITE = 'd'.repeat(32);
const WRITER = 'c'.repeat(32);

type Random = (below: number) => number;
function seeded(seed: number): Random {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    // xorshift32: the low bits of simpler generators repeat too soon for picking places.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Cut, bits flipped, a piece taken out, doubled, or filled with noise; sometimes nothing but noise. */
function spoil(source: Uint8Array, random: Random): Bytes {
  const bytes = new Uint8Array(source);
  const at = random(Math.max(1, bytes.length));
  const length = 1 + random(40);
  switch (random(7)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      for (let flips = 0; flips <= random(4); flips++) bytes[random(bytes.length)]! ^= 1 << random(8);
      return bytes;
    case 2:
      return concatBytes([bytes.slice(0, at), bytes.slice(at + length)]);
    case 3:
      return concatBytes([bytes.slice(0, at), bytes.slice(at, at + length), bytes.slice(at)]);
    case 4:
      bytes.set(noise(Math.min(length, bytes.length - at), random), at);
      return bytes;
    case 5:
      return concatBytes([bytes, noise(length, random)]);
    default:
      return noise(random(300), random);
  }
}

const noise = (length: number, random: Random): Bytes => Uint8Array.from({ length }, () => random(256));

describe('fuzzed files and pictures', () => {
  let recipients: string[];
  let identity: string;
  let writers: Map<string, Verify>;
  let entries: Bytes[];
  let authentic: Set<string>;
  let file: Bytes;
  let plain: string[];

  beforeAll(async () => {
    const keys = await newIdentity();
    recipients = [keys.recipient];
    identity = keys.identity;
    const log = await aLog(12, { site: SITE, writer: WRITER, recipients });
    writers = new Map([[WRITER, log.verify]]);
    entries = log.entries.map((entry) => entry.bytes);
    authentic = new Set(entries.map((bytes) => toHex(bytes)));
    const ranges = planExport([{ log: log.log, through: 12, rank: 2 }], {});
    const source = {
      read: async ({ after, through }: { after: number; through: number }) => entries.slice(after, through),
      origin: async () => ({ scope: 'ward:4-west', writer: 'tablet' }),
      reader: async () => ({ keys: log.keys }),
    };
    const header = {
      format: 'lamplight-export' as const,
      version: 1 as const,
      site: SITE,
      siteKey: '',
      exportedAt: '2026-11-24T15:00:00.000Z',
      from: { kind: 'tablet' as const, id: WRITER, name: 'tablet' },
      bodies: true,
      partial: false,
      entries: countLines(ranges, []),
    };
    const stream = await writeExport(recipients, header, exportLines(source, ranges, []));
    file = new Uint8Array(
      await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
    plain = new TextDecoder()
      .decode((await openWith(identity, file))!)
      .trimEnd()
      .split('\n');
  });

  /** Reads a file into an empty replica; what it then holds was signed by its writer. */
  async function read(bytes: Bytes, seed: number): Promise<number> {
    const replica = memoryLedger(writers);
    const result = await importFile(
      {
        site: SITE,
        receive: replica.receive,
        quarantine: replica.ledger.quarantine,
        vector: replica.vector,
        isDirectory: (scope) => scope === 'directory',
        directoryTaken: async () => undefined,
      },
      () => new Blob([bytes]).stream(),
      identity,
    );
    for (const held of replica.held()) expect(authentic.has(toHex(held)), `seed ${seed}`).toBe(true);
    if (!result.ok) expect(result.error.message).not.toBe('');
    return result.ok ? replica.held().length : 0;
  }

  it('a file that is not spoiled brings everything, so that the rest of this means something', async () => {
    expect(await read(file, 0)).toBe(12);
    expect(plain).toHaveLength(13);
  });

  it('spoiled age files', async () => {
    for (let seed = 1; seed <= 800 * TIMES; seed++) await read(spoil(file, seeded(seed)), seed);
  });

  it('spoiled armour', async () => {
    const text = new Uint8Array(
      await new Response(
        armour(new Blob([file]).stream()) as ReadableStream<Uint8Array<ArrayBuffer>>,
      ).arrayBuffer(),
    );
    expect(await read(text, 0)).toBe(12);
    for (let seed = 1; seed <= 300 * TIMES; seed++) await read(spoil(text, seeded(seed)), seed);
  });

  it('whole age files of spoiled lines, as somebody with the public keys can write them', async () => {
    let accepted = 0;
    for (let seed = 1; seed <= 700 * TIMES; seed++) {
      const random = seeded(seed);
      const lines = [...plain];
      for (let changes = 0; changes <= random(3); changes++) {
        const at = random(lines.length);
        const other = random(lines.length);
        switch (random(4)) {
          case 0:
            lines[at] = new TextDecoder().decode(spoil(utf8(lines[at]!), random));
            break;
          case 1:
            lines.splice(at, 1);
            break;
          case 2:
            [lines[at], lines[other]] = [lines[other]!, lines[at]!];
            break;
          default: {
            const entry = spoil(entries[random(entries.length)]!, random);
            lines[at] = lines[at]!.replace(/"entry":"[^"]*"/, `"entry":"${toBase64(entry)}"`);
          }
        }
        if (lines.length === 0) lines.push('');
      }
      accepted += await read(await sealTo(recipients, utf8(`${lines.join('\n')}\n`)), seed);
    }
    expect(accepted).toBeGreaterThan(0);
  });

  it('what is no file at all', async () => {
    for (let seed = 1; seed <= 3000 * TIMES; seed++) {
      const random = seeded(seed);
      const start = ['', 'age-encryption.org/v1\n', '-----BEGIN AGE ENCRYPTED FILE-----\n'][random(3)]!;
      const bytes = concatBytes([utf8(start), noise(random(200), random)]);
      expect((await readExport(identity, new Blob([bytes]).stream())).ok, `seed ${seed}`).toBe(false);
    }
  });

  it('spoiled pictures: a page that comes together is as it was, or none', async () => {
    const page = packPage(entries);
    for (let seed = 1; seed <= 120 * TIMES; seed++) {
      const random = seeded(seed);
      const sender = createQrSender(
        QrKind.entries,
        seed,
        1,
        async () => page,
        () => random(1 << 20) / (1 << 20),
      );
      const receiver = createQrReceiver();
      const replica = memoryLedger(writers);
      for (let shown = 0; shown < 100; shown++) {
        const { text } = await sender.next();
        const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:é';
        const shownText =
          random(3) === 0
            ? text
            : [...text]
                .map((character) => (random(400) === 0 ? characters[random(characters.length)]! : character))
                .join('')
                .slice(random(8) === 0 ? random(text.length) : 0);
        const taken = receiver.take(shownText);
        if (taken.kind !== 'page') continue;
        const found = unpackPage(taken.payload);
        if (found) await replica.receive(found);
      }
      for (const held of replica.held()) expect(authentic.has(toHex(held)), `seed ${seed}`).toBe(true);
    }
  });

  it('pictures of anything', async () => {
    const receiver = createQrReceiver();
    for (let seed = 1; seed <= 12_000 * TIMES; seed++) {
      const random = seeded(seed);
      const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
      const text = Array.from({ length: random(120) }, () => characters[random(45)]!).join('');
      decodeQrFrame(text);
      receiver.take(text);
    }
  });

  it("spoiled words of tablets never pass for the tablet's own", async () => {
    const key = await newSigningKey(true);
    const word = await writeStatement(
      { site: SITE, device: WRITER, at: '2026-11-24T15:00:00.000Z' },
      { ['a1'.repeat(16)]: [5, 'b2'.repeat(32)] },
      signWith(key.privateKey),
    );
    const verify = verifyWith(key.publicKey);
    expect(await readStatement(word)!.isSignedBy(verify)).toBe(true);
    for (let seed = 1; seed <= 4000 * TIMES; seed++) {
      const spoiled = spoil(word, seeded(seed));
      if (toHex(spoiled) === toHex(word)) continue;
      const read = readStatement(spoiled);
      if (read) expect(await read.isSignedBy(verify), `seed ${seed}`).toBe(false);
    }
  });

  it('spoiled pages', async () => {
    const page = packPage(entries);
    for (let seed = 1; seed <= 1500 * TIMES; seed++) {
      const found = unpackPage(spoil(page, seeded(seed)));
      if (!found) continue;
      const replica = memoryLedger(writers);
      await replica.receive(found);
      for (const held of replica.held()) expect(authentic.has(toHex(held)), `seed ${seed}`).toBe(true);
    }
  });
});
