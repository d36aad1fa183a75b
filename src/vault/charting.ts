import {
  asksForPin,
  type Draft,
  type FindBody,
  refusalToReplace,
  refusalToWrite,
  WardBody,
} from '../clinical/index.ts';
import { toHex } from '../log/index.ts';
import { randomBytes, type UserKey } from '../seal/index.ts';
import { type StaffMember, scopeFor } from '../site/index.ts';
import type { Result, SavedEntry, VaultApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import type { Charts } from './charts.ts';
import type { VaultDatabase } from './database.ts';
import { nextDowntimeNumber } from './downtime-numbers.ts';
import type { News } from './events.ts';
import { storageFailure } from './failures.ts';
import { partsBefore } from './pictures.ts';
import { refused } from './refused.ts';
import { whyOver } from './revocations.ts';
import type { VaultSession } from './session.ts';
import type { SignIn } from './sign-in.ts';
import { readDirectory } from './site-records.ts';

/** Writes in the name of whoever has unlocked, or of `signer`, who has shown a PIN of their own. */
export type Write = (
  patient: string,
  draft: Draft,
  as?: { scope?: string; signer?: { staff: StaffMember; user: UserKey }; forgets?: string },
) => Promise<Result<SavedEntry, 'invalid' | 'not-allowed' | 'storage' | 'full'>>;

/** Writing: who may, whose signature, which log; then one strict transaction. */
export function createCharting(
  db: VaultDatabase,
  news: News,
  clock: () => number,
  session: VaultSession,
  { checkPin, confirmPin }: Pick<SignIn, 'checkPin' | 'confirmPin'>,
) {
  const now = (): string => new Date(clock()).toISOString();

  const write: Write = async (patient, draft, { scope, signer, forgets: key } = {}) => {
    const { keyring, log, charts } = session.current();
    const { staff, user } = signer ?? keyring;
    const forbidden = refusalToWrite(staff.role, draft.kind);
    if (forbidden !== undefined) return refused('not-allowed', forbidden);
    const recordedAt = now();
    const tabletLacked = session.lacking();
    const parsed = WardBody.safeParse({
      ...draft,
      ...(tabletLacked === undefined ? {} : { tabletLacked }),
      author: { id: staff.staff, name: staff.name, role: staff.role },
      recordedAt,
    });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refused(
        'invalid',
        `Not saved yet: ${issue?.path.join(' ') ?? ''} ${issue?.message ?? 'something is missing'}.`.replace(
          /\s+/g,
          ' ',
        ),
      );
    }
    try {
      // A late entry about a patient who went to another ward is written for that ward.
      const place = scope ?? scopeFor(keyring.ward, charts.whereIs(patient) ?? keyring.ward);
      const before = await partsBefore(session, patient, parsed.data);
      if (!before)
        return refused('invalid', 'Not saved yet: a picture is not on this tablet any more. Take it again.');
      const forgets = key === undefined ? undefined : ([keyring.staff.staff, key] as const);
      const { id } = await writeWithRoom(() =>
        log.append(place, { patient, before, body: parsed.data, forgets }, user.signingKey, clock()),
      );
      session.foldSoon();
      return { ok: true, value: { id, savedAt: recordedAt } };
    } catch (error) {
      const failure = storageFailure(error);
      news.tell({ type: 'storage-lost', message: failure.message });
      return { ok: false, error: failure };
    }
  };

  const charting: Pick<VaultApi, 'append' | 'witness' | 'register'> = {
    async append({ patient, draft, pin, forgets }) {
      const { keyring, charts } = session.current();
      const { role } = keyring.staff;
      const find = await whatItNames(charts, patient, draft);
      if (draft.replaces !== undefined && !find(draft.replaces))
        return refused(
          'not-allowed',
          'Not saved: the entry that this is about is not on this tablet, or a newer version of the app wrote it.',
        );
      // Whether she may comes first: a PIN typed for nothing helps nobody.
      const forbidden = refusalToWrite(role, draft.kind) ?? refusalToReplace(role, draft, find);
      if (forbidden !== undefined) return refused('not-allowed', forbidden);
      if (asksForPin(draft, find)) {
        const confirmed = await confirmPin(pin ?? '');
        if (!confirmed.ok) return confirmed;
      }
      return write(patient, draft, forgets === undefined ? {} : { forgets });
    },

    async witness({ patient, entry, as, statement, staff: id, pin }) {
      const { charts, keyring } = session.current();
      const { tablet, directory, roster, secrets } = await session.hospital();
      const witness = roster?.get(id);
      if (!tablet || !secrets || !witness)
        return refused('not-allowed', 'This tablet does not know that person.');
      const over = whyOver(directory, tablet.device, witness, clock());
      if (over !== undefined) return refused('not-allowed', over);
      const signed = (await charts.opened(patient)).find((other) => other.id === entry);
      if (!signed) return refused('not-allowed', 'The entry to be signed is not on this tablet.');
      if (id === signed.body?.author.id)
        return refused('not-allowed', 'Somebody else has to sign: this is your own entry.');
      if (!witness.wards.includes(keyring.ward))
        return refused('not-allowed', `${witness.name} is not granted this ward.`);
      const checked = await checkPin({ tablet, directory, secrets }, witness, pin);
      if (!checked.ok)
        return checked.error.kind === 'not-granted'
          ? refused('not-allowed', checked.error.message)
          : { ok: false, error: { ...checked.error, kind: checked.error.kind } };
      const draft: Draft = {
        kind: 'entry-witnessed',
        effectiveAt: now(),
        entry,
        as,
        ...(statement === undefined ? {} : { statement }),
      };
      return write(patient, draft, { signer: { staff: witness, user: checked.value } });
    },

    async register(draft, forgets) {
      const device = (await readDirectory(db)).devices.get((await db.read('tablet'))?.device ?? '');
      if (!device) return refused('not-allowed', 'This tablet has no range of downtime numbers yet.');
      const number = await nextDowntimeNumber(db, device.downtimeRange);
      const patient = toHex(randomBytes(16));
      const registration = {
        ...draft,
        kind: 'patient-registered',
        number: { kind: 'MRT', value: number },
      } as Draft;
      const saved = await write(patient, registration, forgets === undefined ? {} : { forgets });
      return saved.ok ? { ok: true, value: { ...saved.value, patient, number } } : saved;
    },
  };

  return { write, charting };
}

/** Entries of the patient, where this draft says something of others; a first statement opens nothing. */
async function whatItNames(charts: Pick<Charts, 'opened'>, patient: string, draft: Draft): Promise<FindBody> {
  if (draft.replaces === undefined && draft.kind !== 'conflict-settled') return () => undefined;
  const opened = await charts.opened(patient);
  const bodies = new Map<string, WardBody | null>(opened.map(({ id, body }) => [id, body]));
  return (ref) => bodies.get(ref) ?? undefined;
}
