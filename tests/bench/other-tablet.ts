import type { Author } from '../../src/clinical/index.ts';
import { type Bytes, toHex } from '../../src/log/index.ts';
import {
  logKeys,
  newIdentity,
  newSigningKey,
  randomBytes,
  sealEntry,
  sealTo,
  sha256,
  signWith,
} from '../../src/seal/index.ts';
import type { WardOpened } from '../../src/site/index.ts';
import { createHttpCarrier, type HttpCarrier } from '../../src/sync/index.ts';
import { PINS } from '../e2e/hospital.ts';
import { aSetOfVitals } from './tablet.ts';

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export interface OtherTablet {
  carrier: HttpCarrier;
  /** Sealed entries of a new log of this tablet, about these patients, as a real tablet would write them. */
  write(
    patients: readonly string[],
    count: number,
  ): Promise<{ log: string; entries: Bytes[]; bodies: unknown[] }>;
}

/** A second tablet without a browser: enrolled like any other, it writes and carries real entries. */
export async function enrolOtherTablet(
  url: string,
  ward: string,
  recipients: { ward: WardOpened; site: string; recovery: string },
  site: string,
  nurse: { author: Author; signingKey: CryptoKey },
): Promise<OtherTablet> {
  const session = await fetch(`${url}/api/session`, json({ staff: 'Adam Lind', pin: PINS.administrator }));
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
  const { code } = (await (
    await fetch(`${url}/api/admin/enrolment-codes`, json({ ward }, { cookie }))
  ).json()) as { code: string };
  const signing = await newSigningKey(true);
  const { device } = (await (
    await fetch(
      `${url}/api/enrol`,
      json({
        code,
        deviceName: 'bench',
        signingKey: signing.publicKey,
        recipient: (await newIdentity()).recipient,
      }),
    )
  ).json()) as { device: string };
  await fetch(`${url}/api/admin/join-requests/${device}/approve`, json({}, { cookie }));
  const sign = signWith(signing.privateKey);
  return {
    carrier: createHttpCarrier({ baseUrl: url, device, sign }),
    async write(patients, count) {
      const logKey = randomBytes(32);
      const keys = logKeys(logKey);
      const log = toHex(randomBytes(16));
      const key = {
        file: await sealTo([recipients.ward.recipient, recipients.site, recipients.recovery], logKey),
        hash: await sha256(logKey),
      };
      const opening = { site, writer: device, scope: `ward:${ward}`, key };
      const first = await sealEntry(
        {
          log,
          seq: 1,
          prev: null,
          hlc: [Date.now(), 0],
          patient: null,
          opening,
          body: { kind: 'log-opened' },
        },
        keys,
        sign,
      );
      const entries = [first.bytes];
      const bodies: unknown[] = [];
      let prev = await sha256(first.bytes);
      for (let n = 0; n < count; n++) {
        const body = { ...aSetOfVitals(n), author: nurse.author, recordedAt: new Date().toISOString() };
        const entry = await sealEntry(
          {
            log,
            seq: n + 2,
            prev,
            hlc: [Date.now(), n],
            patient: patients[n % patients.length]!,
            body,
            author: signWith(nurse.signingKey),
          },
          keys,
          sign,
        );
        entries.push(entry.bytes);
        bodies.push(body);
        prev = await sha256(entry.bytes);
      }
      return { log, entries, bodies };
    },
  };
}
