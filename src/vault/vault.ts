import { type Draft, downtimeNumber, newestOf, WardBody } from '../clinical/index.ts';
import { toHex } from '../log/index.ts';
import { randomBytes, sealTo, type UserKey, unwrapUserKey } from '../seal/index.ts';
import { type Directory, foldDirectory, type Roster, type StaffRostered, scopeFor } from '../site/index.ts';
import type { Result, SavedEntry, VaultApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import { type Charts, createCharts, reasonsIn } from './charts.ts';
import { countEntries, placesOf } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { createDrafts } from './drafts.ts';
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
import { readDirectory, readRoster, verifierFor } from './site-records.ts';
import { createVaultStore } from './store.ts';
import { setAsideStatus, tabletStatus } from './tablet-status.ts';

/** What only a clinician may write, each time with the PIN. */
const SIGNED_KINDS: readonly string[] = ['order-signed', 'order-stopped'];

/** Long enough that saves in a row do not wait for one another's folds, short enough that a screen follows at once. */
const FOLD_AFTER_MS = 150;

/** Sets and lines that a chart opens with: some days of the busiest patient. The rest is a tap away. */
const NEWEST = 150;

interface Unlocked {
  keyring: Keyring;
  charts: Charts;
  drafts: ReturnType<typeof createDrafts>;
  log: ReturnType<typeof createOwnLog>;
  moves: ReturnType<typeof createMoves>;
}

/**
 * The vault: the one place on a tablet where keys are used. Created locked, in its worker; to lock is to end the
 * worker with its page, which empties its memory.
 */
export function createVault(db: VaultDatabase, news: News, clock: () => number): VaultApi {
  const pins = createPinGate(db);
  let unlocked: Unlocked | undefined;
  let folding: Promise<void> | undefined;
  let foldTimer: ReturnType<typeof setTimeout> | undefined;

  const now = (): string => new Date(clock()).toISOString();

  function session(): Unlocked {
    if (!unlocked) throw new Error('the vault is locked');
    return unlocked;
  }

  async function site(): Promise<{
    tablet?: Tablet;
    directory: Directory;
    roster?: Roster;
    secret?: string;
  }> {
    const tablet = await db.read('tablet');
    if (!tablet) return { directory: foldDirectory([]) };
    const directory = await readDirectory(db);
    return { tablet, directory, ...(await readRoster(db, tablet, directory)) };
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
    if (event.type === 'arrived' || event.type === 'forked') void fold();
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
      void fold();
    },
  };

  async function checkPin(
    staff: StaffRostered,
    secret: string,
    pin: string,
  ): Promise<Result<UserKey, 'wrong-pin' | 'wait'>> {
    const waitMs = await pins.waitMs(staff.staff);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      return {
        ok: false,
        error: {
          kind: 'wait',
          message: `Too many wrong PINs. Try again in ${seconds} seconds.`,
          retryAt: new Date(clock() + waitMs).toISOString(),
        },
      };
    }
    const user = await unwrapUserKey(pin, secret, staff.wrapped);
    await writeWithRoom(() => pins.record(staff.staff, user !== null));
    if (user) return { ok: true, value: user };
    return {
      ok: false,
      error: {
        kind: 'wrong-pin',
        message: `That is not the PIN of ${staff.name}. Nothing is lost; try again.`,
      },
    };
  }

  async function write(
    patient: string,
    draft: Draft,
    scope?: string,
  ): Promise<Result<SavedEntry, 'invalid' | 'not-allowed' | 'storage' | 'full'>> {
    const { keyring, log, charts } = session();
    const { staff } = keyring;
    if (staff.role !== 'nurse' && staff.role !== 'clinician')
      return refused('not-allowed', 'Only nurses and clinicians chart on a tablet.');
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
        log.append(place, patient, parsed.data, keyring.user.signingKey, clock()),
      );
      foldSoon();
      return { ok: true, value: { id, savedAt: recordedAt } };
    } catch (error) {
      const failure = storageFailure(error);
      news.tell({ type: 'storage-lost', message: failure.message });
      return { ok: false, error: failure };
    }
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
      const { tablet, directory, roster, secret } = await site();
      const staff = roster?.get(id);
      if (!tablet || !roster || !staff || secret === undefined)
        return refused(
          'not-granted',
          'This tablet does not know you yet. Ask a colleague who is listed, or connect the tablet.',
        );
      const checked = await checkPin(staff, secret, pin);
      if (!checked.ok) return checked;
      try {
        const file = (await db.read('vault-key'))?.file ?? (await newVaultKey(db, tablet, directory));
        const keyring = await openKeyring(staff, checked.value, ward, file, roster);
        if (!keyring)
          return refused(
            'not-granted',
            'You are not granted this ward. Choose another ward, or ask the administrator.',
          );
        const log = createOwnLog(db, tablet, directory, ({ opening }) => keyring.keysOf(opening));
        const records = createPatientRecords(db, keyring, async (writer, scope) =>
          verifierFor(tablet, await readDirectory(db), writer, scope),
        );
        const charts = createCharts(db, keyring, records, (hlc) => log.observe(hlc, clock()));
        const moves = createMoves({
          tablet,
          directory: () => readDirectory(db),
          keyring,
          charts,
          records,
          now,
          write: (scope, patient, draft) => write(patient, draft, scope),
        });
        unlocked = { keyring, charts, drafts: createDrafts(db, keyring), log, moves };
        // A full disk must not keep anybody from reading.
        await writeWithRoom(async () => {
          await markNewSnapshot(db, ward);
          await charts.markOutdated(now());
        });
        void fold().then(() => moves.passOnAll());
        const name = directory.wards.get(ward)?.name ?? ward;
        return {
          ok: true,
          value: { staff: { id: staff.staff, name: staff.name, role: staff.role }, ward: { id: ward, name } },
        };
      } catch (error) {
        return { ok: false, error: { kind: 'storage', message: storageFailure(error).message } };
      }
    },

    async confirmPin(pin) {
      const { roster, secret } = await site();
      const staff = roster?.get(session().keyring.staff.staff);
      if (!staff || secret === undefined)
        return refused('wrong-pin', 'You are no longer on the list of staff.');
      const checked = await checkPin(staff, secret, pin);
      return checked.ok ? { ok: true, value: undefined } : checked;
    },

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
      if (SIGNED_KINDS.includes(draft.kind)) {
        if (session().keyring.staff.role !== 'clinician')
          return refused('not-allowed', 'Only a clinician signs orders.');
        const confirmed = await this.confirmPin(pin ?? '');
        if (!confirmed.ok) return confirmed;
      }
      return write(patient, draft);
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

    async quarantine() {
      const rows = await db.quarantine.toArray();
      return rows.map(({ id, reason, receivedAt, bytes }) => ({
        id,
        reason,
        receivedAt,
        bytes: bytes.length,
      }));
    },

    ...createFileTransfer(transfer),
    ...createQrTransfer(transfer),

    now: async () => now(),
  };
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

/** Mints the tablet's next number; a serial whose check character is `*` is skipped. */
async function nextDowntimeNumber(db: VaultDatabase, range: string): Promise<string> {
  return db.transaction('rw', db.meta, async () => {
    for (let serial = ((await db.read('downtime-serial')) ?? 0) + 1; ; serial++) {
      const number = downtimeNumber(range, serial);
      if (number === null) continue;
      await db.write('downtime-serial', serial);
      return number;
    }
  });
}
