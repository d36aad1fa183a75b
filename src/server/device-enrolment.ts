import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { toBase64, utf8 } from '../log/index.ts';
import { sealTo } from '../seal/index.ts';
import { type DeviceEnrolled, type Directory, type DirectoryBody, mayHoldPinSecret } from '../site/index.ts';
import type { Database } from './database/schema.ts';

/** A tablet that takes its place in the directory. */
export interface JoiningDevice {
  /** The id that it asked to join with; one that is in the directory already stays as it is there. */
  device?: string;
  name: string;
  signingKey: string;
  recipient: string;
  ward: string;
  hardwareEncrypted: boolean;
}

/** Writes tablets into the directory, each with its range of downtime numbers and the secrets that it may hold. */
export function createDeviceEnrolment(site: {
  now(): string;
  refresh(): Promise<void>;
  directory(): Directory;
  /** Of generation n at place n - 1. */
  secrets(): { rosterIdentities: readonly string[]; pinSecrets: readonly (string | undefined)[] };
  tell(body: DirectoryBody): Promise<void>;
  /** The number of the next tablet, given to no other on any node; not below `known`, what the directory has. */
  nextNumber(known: number): Promise<number>;
}): (device: JoiningDevice) => Promise<DeviceEnrolled> {
  let last: Promise<unknown> = Promise.resolve();

  async function enrol(device: JoiningDevice): Promise<DeviceEnrolled> {
    await site.refresh();
    const directory = site.directory();
    const id = device.device ?? randomBytes(16).toString('hex');
    const known = directory.devices.get(id);
    if (known) return known;
    const { rosterIdentities, pinSecrets } = site.secrets();
    const sealed = async (secrets: readonly (string | undefined)[]): Promise<string> =>
      toBase64(await sealTo([device.recipient], utf8(Array.from(secrets, (one) => one ?? '').join('\n'))));
    const body: DeviceEnrolled = {
      kind: 'device-enrolled',
      recordedAt: site.now(),
      device: id,
      name: device.name,
      signingKey: device.signingKey,
      recipient: device.recipient,
      wards: [device.ward],
      downtimeRange: downtimeRange(await site.nextNumber(directory.devices.size)),
      sealedRosterIdentity: await sealed(rosterIdentities),
      ...(mayHoldPinSecret(directory, device) ? { sealedPinSecrets: await sealed(pinSecrets) } : {}),
      hardwareEncrypted: device.hardwareEncrypted,
    };
    await site.tell(body);
    return body;
  }

  return (device) => {
    // One after another, so that one that is let in twice is found the second time.
    const turn = last.then(() => enrol(device));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** Letters and digits that are not misread for one another: no I, no O. */
const RANGE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The n-th tablet's range, `A0`, `A1` … `Z9`, `AA0` …. */
function downtimeRange(index: number): string {
  const digit = index % 10;
  const rest = Math.floor(index / 10);
  const last = RANGE_LETTERS[rest % RANGE_LETTERS.length]!;
  const first = Math.floor(rest / RANGE_LETTERS.length);
  return `${first === 0 ? '' : RANGE_LETTERS[(first - 1) % RANGE_LETTERS.length]}${last}${digit}`;
}

/** Counts tablets in the database, so that nodes that let two in at one moment give them different ranges. */
export async function nextTabletNumber(db: Kysely<Database>, site: string, known: number): Promise<number> {
  const { value } = await db
    .insertInto('record.meta')
    .values({ site, key: 'tablets-numbered', value: String(known + 1) })
    .onConflict((conflict) =>
      conflict.columns(['site', 'key']).doUpdateSet({
        value: sql`(greatest(record.meta.value::integer, ${known}::integer) + 1)::text`,
      }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return Number(value) - 1;
}
