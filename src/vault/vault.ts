import { type Draft, isSignedWithPin, newestOf, refusalToWrite, WardBody } from '../clinical/index.ts';
import { toHex } from '../log/index.ts';
import { randomBytes, sealTo, type UserKey } from '../seal/index.ts';
import { type Directory, emptyDirectory, type StaffMember, scopeFor, siteData } from '../site/index.ts';
import { createAdministration } from './administer.ts';
import type { Result, SavedEntry, VaultApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import { type Charts, createCharts, reasonsIn } from './charts.ts';
import { countEntries, placesOf } from './counts.ts';
import { canUnlock, credentialFor, openUserKey } from './credentials.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { nextDowntimeNumber } from './downtime-numbers.ts';
import { createDrafts } from './drafts.ts';
import { createEmergencyAccess } from './emergency-access.ts';
import { enrolTablet } from './enrolment.ts';
import type { News } from './events.ts';
import { storageFailure } from './failures.ts';
import { createFileTransfer, type TransferEnvironment } from './file-transfer.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { createMoves } from './moves.ts';
import { createOwnLog } from './own-log.ts';
import { createPatientRecords } from './patient-record.ts';
import { createPinGate } from './pin-gate.ts';
import { createQrTransfer } from './qr-transfer.ts';
import { revocationMark, siteMark, whyOver } from './revocations.ts';
import { type OpenedRoster, readDirectory, readRoster, type Secrets, verifierFor } from './site-records.ts';
import { createVaultStore } from './store.ts';
import { setAsideStatus, tabletStatus } from './tablet-status.ts';
import { wrapAnew } from './wrap-anew.ts';

/** Long enough that saves in a row do not wait for one another's folds, short enough that a screen follows at once. */
const FOLD_AFTER_MS = 150;

/** Sets and lines that a chart opens with: some days of the busiest patient. The rest is a tap away. */
const NEWEST = 150;

/** People that the lock screen shows first. */
const MOST_RECENT = 6;

interface Unlocked {
  keyring: Keyring;
  charts: Charts;
  drafts: ReturnType<typeof createDrafts>;
  log: ReturnType<typeof createOwnLog>;
  moves: ReturnType<typeof createMoves>;
  /** How much of directory and roster was there when these keys were opened. */
  siteMark: string;
}

/**
 * The vault: the one place on a tablet where keys are used. Created locked, in its worker; to lock is to end the
 * worker with its page, which empties its memory.
 */
export function createVault(
  db: VaultDatabase,
  news: News,
  clock: () => number,
): Omit<VaultApi, 'finish' | 'printed'> {
  const pins = createPinGate(db, news);
  let unlocked: Unlocked | undefined;
  /** Patients of the ward who went to one other, as the folds found them; it outlives keys that are taken anew. */
  const whereabouts = new Map<string, string | undefined>();
  let folding: Promise<void> | undefined;
  let foldTimer: ReturnType<typeof setTimeout> | undefined;

  const now = (): string => new Date(clock()).toISOString();

  function session(): Unlocked {
    if (!unlocked) throw new Error('the vault is locked');
    return unlocked;
  }

  async function site(): Promise<{ tablet?: Tablet; directory: Directory } & Partial<OpenedRoster>> {
    const tablet = await db.read('tablet');
    if (!tablet) return { directory: emptyDirectory() };
    const directory = await readDirectory(db);
    return { tablet, directory, ...(await readRoster(db, tablet, directory)) };
  }

  /** What an unlock opens, and what it opens anew when directory or staff list changed meanwhile. */
  async function open(staff: StaffMember, user: UserKey, ward: string): Promise<Unlocked | undefined> {
    const { tablet, directory, roster } = await site();
    if (!tablet || !roster) return undefined;
    const file = (await db.read('vault-key'))?.file ?? (await newVaultKey(db, tablet, directory));
    const keyring = await openKeyring(staff, user, ward, file, roster);
    if (!keyring) return undefined;
    const log = createOwnLog(db, tablet, directory, keyring);
    const records = createPatientRecords(db, keyring, async (writer, scope) =>
      verifierFor(tablet, await readDirectory(db), writer, scope),
    );
    const observe = (hlc: readonly [number, number]): void => log.observe(hlc, clock());
    const charts = createCharts(db, keyring, records, observe, directory, whereabouts);
    const moves = createMoves({
      tablet,
      directory: () => readDirectory(db),
      keyring,
      charts,
      records,
      now,
      write: (scope, patient, draft) => write(patient, draft, { scope }),
    });
    // Charts that were folded with other revocations believe too much, or too little.
    const foldedWith = revocationMark(directory);
    if (((await db.read('folded-with')) ?? '') !== foldedWith) {
      await charts.markAll(`revocations ${foldedWith}`);
      await db.write('folded-with', foldedWith);
    }
    return { keyring, charts, drafts: createDrafts(db, keyring), log, moves, siteMark: await siteMark(db) };
  }

  /** News of directory or staff list while somebody works: new keys are taken, and whoever is revoked is locked out. */
  async function renew(): Promise<void> {
    const before = unlocked;
    if (!before || before.siteMark === (await siteMark(db))) return;
    const { tablet, directory, roster } = await site();
    const staff = roster?.get(before.keyring.staff.staff);
    const over =
      !tablet ||
      !staff ||
      directory.revokedDevices.has(tablet.device) ||
      directory.revokedStaff.has(staff.staff) ||
      // A new PIN came with a new key: the old one writes nothing more.
      staff.publicKey !== before.keyring.staff.publicKey;
    const next = over ? undefined : await open(staff, before.keyring.user, before.keyring.ward);
    if (unlocked !== before) return;
    if (!next) return news.tell({ type: 'revoked' });
    unlocked = next;
    news.tell({ type: 'site-changed' });
  }

  /** Folds what changed, one run at a time, and tells the screens. */
  function fold(): Promise<void> {
    folding ??= (async () => {
      const patients = unlocked ? await unlocked.charts.foldStale(now()) : [];
      // What turned up of patients who went to another ward goes after them.
      for (const patient of patients) await unlocked?.moves.passOn(patient);
      if (patients.length > 0) news.tell({ type: 'changed', patients });
      news.tell({ type: 'counts', counts: await countEntries(db) });
    })().finally(() => {
      folding = undefined;
    });
    return folding;
  }

  /** After a save: the next save comes first, the fold and the upload when nobody is writing. */
  function foldSoon(): void {
    clearTimeout(foldTimer);
    foldTimer = setTimeout(() => {
      news.tell({ type: 'saved' });
      void fold();
    }, FOLD_AFTER_MS);
  }

  function forgetHistory(): void {
    unlocked?.log.forget();
    unlocked?.charts.forget();
  }

  news.listen((event) => {
    if (event.type === 'forked') forgetHistory();
    // Sealed what arrived, or waiting for keys: the next unlock folds it.
    if (event.type === 'arrived' || event.type === 'forked') void renew().then(fold);
  });

  const transfer: TransferEnvironment = {
    db,
    clock,
    keyring: () => unlocked?.keyring,
    store: (tablet) =>
      createVaultStore(db, tablet, () => {
        // News does not come back to the worker that tells it.
        forgetHistory();
        news.tell({ type: 'forked' });
      }),
    arrived: () => {
      news.tell({ type: 'sync-now' });
      void renew().then(fold);
    },
  };

  /** What the person types here, PIN or passphrase, counted and slowed down alike. */
  async function checkPin(
    { tablet, directory, secrets }: { tablet: Tablet; directory: Directory; secrets: Secrets },
    staff: StaffMember,
    typed: string,
  ): Promise<Result<UserKey, 'wrong-pin' | 'wait' | 'not-granted'>> {
    const by = credentialFor(directory, tablet.device);
    if (!canUnlock(directory, staff, secrets, by))
      return refused(
        'not-granted',
        'This tablet is not confirmed as hardware-encrypted, so a PIN does not open it, and you have no passphrase yet. Use another tablet, or set a passphrase with the administrator.',
      );
    return pins.guarded(staff.staff, async (waitMs, record) => {
      if (waitMs > 0)
        return {
          ok: false,
          error: {
            kind: 'wait',
            message: `Too many wrong ${by === 'pin' ? 'PINs' : 'passphrases'}. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
            retryAt: new Date(clock() + waitMs).toISOString(),
          },
        };
      const user = await openUserKey(directory, staff, secrets, by, typed);
      await writeWithRoom(() => record(user !== null));
      return user
        ? { ok: true, value: user }
        : refused(
            'wrong-pin',
            `That is not the ${by === 'pin' ? 'PIN' : 'passphrase'} of ${staff.name}. Nothing is lost; try again.`,
          );
    });
  }

  /** In the name of whoever has unlocked, or of `signer`, who has shown a PIN of their own. */
  async function write(
    patient: string,
    draft: Draft,
    { scope, signer }: { scope?: string; signer?: { staff: StaffMember; user: UserKey } } = {},
  ): Promise<Result<SavedEntry, 'invalid' | 'not-allowed' | 'storage' | 'full'>> {
    const { keyring, log, charts } = session();
    const { staff, user } = signer ?? keyring;
    const forbidden = refusalToWrite(staff.role, draft.kind);
    if (forbidden !== undefined) return refused('not-allowed', forbidden);
    const recordedAt = now();
    const parsed = WardBody.safeParse({
      ...draft,
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
      const { id } = await writeWithRoom(() =>
        log.append(place, patient, parsed.data, user.signingKey, clock()),
      );
      foldSoon();
      return { ok: true, value: { id, savedAt: recordedAt } };
    } catch (error) {
      const failure = storageFailure(error);
      news.tell({ type: 'storage-lost', message: failure.message });
      return { ok: false, error: failure };
    }
  }

  async function confirmPin(pin: string): Promise<Result<void, 'wrong-pin' | 'wait'>> {
    const { tablet, directory, roster, secrets } = await site();
    const staff = roster?.get(session().keyring.staff.staff);
    if (!tablet || !staff || !secrets) return refused('wrong-pin', 'You are no longer on the list of staff.');
    const checked = await checkPin({ tablet, directory, secrets }, staff, pin);
    if (checked.ok) return { ok: true, value: undefined };
    const { kind, message } = checked.error;
    return kind === 'not-granted'
      ? refused('wrong-pin', message)
      : { ok: false, error: { ...checked.error, kind } };
  }

  return {
    async status() {
      try {
        await db.open();
      } catch {
        return setAsideStatus();
      }
      const { tablet, directory, roster } = await site();
      return tabletStatus(db, tablet, directory, roster);
    },

    async enrol(request) {
      const result = await enrolTablet(db, request);
      if (!result.ok) return result;
      news.tell({ type: 'enrolled' });
      return { ok: true, value: undefined };
    },

    async unlock({ staff: id, pin, ward }) {
      const { tablet, directory, roster, secrets } = await site();
      const staff = roster?.get(id);
      if (!tablet || !secrets || !staff)
        return refused(
          'not-granted',
          'This tablet does not know you yet. Ask a colleague who is listed, or connect the tablet.',
        );
      const over = whyOver(directory, tablet.device, staff, clock());
      if (over !== undefined) return refused('not-granted', over);
      const checked = await checkPin({ tablet, directory, secrets }, staff, pin);
      if (!checked.ok) return checked;
      try {
        const opened = await writeWithRoom(() => open(staff, checked.value, ward));
        if (!opened)
          return refused(
            'not-granted',
            'You are not granted this ward. Choose another ward, or ask the administrator.',
          );
        unlocked = opened;
        const by = credentialFor(directory, tablet.device);
        // A full disk must not keep anybody from reading.
        await writeWithRoom(async () => {
          if (
            await wrapAnew(
              db,
              tablet,
              directory,
              { staff, secrets, by, typed: pin, user: checked.value },
              clock(),
            )
          )
            news.tell({ type: 'saved' });
          const recent = (await db.read('recent-staff')) ?? [];
          await db.write(
            'recent-staff',
            [id, ...recent.filter((other) => other !== id)].slice(0, MOST_RECENT),
          );
          await markNewSnapshot(db, ward);
          await opened.charts.markOutdated(now());
        });
        void fold().then(() => opened.moves.passOnAll());
        const name = directory.wards.get(ward)?.name ?? ward;
        return {
          ok: true,
          value: { staff: { id: staff.staff, name: staff.name, role: staff.role }, ward: { id: ward, name } },
        };
      } catch (error) {
        return { ok: false, error: { kind: 'storage', message: storageFailure(error).message } };
      }
    },

    confirmPin,

    board: async () => {
      const { charts } = session();
      // Nothing folded yet (first unlock after the snapshot came): wait for it rather than show an empty ward.
      if ((await db.summaries.count()) === 0) await fold();
      return charts.board();
    },

    chart: async (patient, whole) => {
      const chart = await session().charts.chart(patient, now());
      return chart && (whole ? chart : newestOf(chart, NEWEST));
    },

    async append({ patient, draft, pin }) {
      if (isSignedWithPin(draft.kind)) {
        // Whether she may comes first: a PIN typed for nothing helps nobody.
        const forbidden = refusalToWrite(session().keyring.staff.role, draft.kind);
        if (forbidden !== undefined) return refused('not-allowed', forbidden);
        const confirmed = await confirmPin(pin ?? '');
        if (!confirmed.ok) return confirmed;
      }
      return write(patient, draft);
    },

    async witness({ patient, entry, as, statement, staff: id, pin }) {
      const { charts, keyring } = session();
      const { tablet, directory, roster, secrets } = await site();
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

    async register(draft) {
      const device = (await readDirectory(db)).devices.get((await db.read('tablet'))?.device ?? '');
      if (!device) return refused('not-allowed', 'This tablet has no range of downtime numbers yet.');
      const number = await nextDowntimeNumber(db, device.downtimeRange);
      const patient = toHex(randomBytes(16));
      const saved = await write(patient, {
        ...draft,
        kind: 'patient-registered',
        number: { kind: 'MRT', value: number },
      } as Draft);
      return saved.ok ? { ok: true, value: { ...saved.value, patient, number } } : saved;
    },

    otherWards: () => session().moves.otherWards(),
    move: (request) => session().moves.move(request),

    async places(patient) {
      const opened = await session().charts.opened(patient);
      const reasons = reasonsIn(opened);
      const places = Object.entries(await placesOf(db, patient, opened));
      return Object.fromEntries(
        places.map(([id, { place }]) => {
          const reason = reasons.get(id);
          return [id, reason === undefined ? { place } : { place, reason }];
        }),
      );
    },

    async tablets() {
      const { devices } = await readDirectory(db);
      return Object.fromEntries(
        (await db.logs.toArray()).flatMap(({ log, writer }) => {
          const name = devices.get(writer)?.name;
          return name === undefined ? [] : [[log, name]];
        }),
      );
    },

    async saveDraft(draft) {
      try {
        return { ok: true, value: await writeWithRoom(() => session().drafts.save(draft, now())) };
      } catch (error) {
        return { ok: false, error: storageFailure(error) };
      }
    },
    drafts: () => session().drafts.list(),
    discardDraft: (key) => session().drafts.discard(key),

    async forms() {
      const { forms } = await readDirectory(db);
      return [...forms.values()].flatMap(({ form: id, questionnaire }) =>
        questionnaire === undefined
          ? [{ id, questionnaire: null }]
          : [{ id, questionnaire: readJson(questionnaire) }],
      );
    },

    async siteData(what) {
      const { data } = await readDirectory(db);
      const found =
        what === 'ward-settings' ? siteData(data, what, session().keyring.ward) : siteData(data, what);
      return found && { recordedAt: found.recordedAt, by: found.by, data: found.read() };
    },

    async quarantine() {
      const rows = await db.quarantine.toArray();
      return rows.map(({ id, reason, receivedAt, bytes }) => ({
        id,
        reason,
        receivedAt,
        bytes: bytes.length,
      }));
    },

    ...createAdministration({
      db,
      now,
      hospital: site,
      session: () => {
        const { staff, user } = session().keyring;
        return {
          author: { id: staff.staff, name: staff.name, role: staff.role },
          signingKey: user.signingKey,
        };
      },
      held: async () => session().charts.held(),
      confirmPin,
      told() {
        news.tell({ type: 'sync-now' });
        void renew().then(fold);
      },
    }),
    emergencyAccess: createEmergencyAccess({
      db,
      clock,
      hospital: site,
      keyring: () => session().keyring,
      confirmPin,
      told() {
        news.tell({ type: 'sync-now' });
        void renew().then(fold);
      },
    }),
    ...createFileTransfer(transfer),
    ...createQrTransfer(transfer),

    now: async () => now(),
  };
}

/** The site signed it, so a form that is no JSON is the desk's slip: it is shown as one that cannot be read. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = <K extends string>(kind: K, message: string) => ({
  ok: false as const,
  error: { kind, message },
});

async function newVaultKey(db: VaultDatabase, tablet: Tablet, directory: Directory) {
  const wards = directory.devices.get(tablet.device)?.wards ?? [];
  const recipients = wards.flatMap((ward) => directory.wards.get(ward)?.recipient ?? []);
  const file = await sealTo(recipients, randomBytes(32));
  await db.write('vault-key', { file });
  return file;
}

/** Patients of a snapshot that no summary shows yet are folded at the next opportunity. */
async function markNewSnapshot(db: VaultDatabase, ward: string): Promise<void> {
  const list = await db.snapshots.where('[ward+asOf]').between([ward, ''], [ward, '\uffff']).last();
  const known = new Set(await db.summaries.toCollection().primaryKeys());
  const unknown = (list?.patients ?? []).filter((item) => !known.has(item.patient));
  await db.stale.bulkPut(unknown.map((item) => ({ patient: item.patient, mark: `snapshot ${list?.asOf}` })));
}
