import type { Draft, TabletLacked } from '../clinical/index.ts';
import { randomBytes, sealTo, type UserKey } from '../seal/index.ts';
import {
  DIRECTORY_SCOPE,
  type Directory,
  emptyDirectory,
  ROSTER_SCOPE,
  type StaffMember,
  siteData,
} from '../site/index.ts';
import type { WardCompleteness } from './api.ts';
import type { Write } from './charting.ts';
import { type Charts, createCharts } from './charts.ts';
import { countEntries } from './counts.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { createDrafts } from './drafts.ts';
import type { News } from './events.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { createMoves } from './moves.ts';
import { createOwnLog } from './own-log.ts';
import { createPatientRecords } from './patient-record.ts';
import { revocationMark } from './revocations.ts';
import { headsOf, type OpenedRoster, readDirectory, readRoster, verifierFor } from './site-records.ts';

/** Long enough that saves in a row do not wait for one another's folds, short enough that a screen follows at once. */
const FOLD_AFTER_MS = 150;

/** Patients of a long fold that are shown together: the board fills while the rest is opened. */
const SHOWN_TOGETHER = 8;

/** What an unlock opened, and what is in use until this tablet is locked. */
export interface Unlocked {
  keyring: Keyring;
  charts: Charts;
  drafts: ReturnType<typeof createDrafts>;
  log: ReturnType<typeof createOwnLog>;
  moves: ReturnType<typeof createMoves>;
  /** How much of directory and roster was there when it was judged who may have these keys. */
  siteHeads: string;
}

/** Directory and staff list as they stand here now, and their heads; `tablet` is absent before enrolment. */
type Hospital = { heads: string; tablet?: Tablet; directory: Directory } & Partial<OpenedRoster>;

/**
 * Who has unlocked, with which keys, and the fold that follows what is written and what arrives. Created locked; to
 * lock is to end the worker.
 */
export function createSession(
  db: VaultDatabase,
  news: News,
  clock: () => number,
  write: (scope: string, patient: string, draft: Draft) => ReturnType<Write>,
) {
  let unlocked: Unlocked | undefined;
  /** Patients of the ward who went to one other, as the folds found them; it outlives keys that are taken anew. */
  const whereabouts = new Map<string, string | undefined>();
  let folding: Promise<void> | undefined;
  let foldAgain = false;
  let foldTimer: ReturnType<typeof setTimeout> | undefined;
  /** As of the last fold: a save must not wait for a count. */
  let complete: WardCompleteness = { toOpen: 0 };

  const now = (): string => new Date(clock()).toISOString();
  const siteHeads = (): Promise<string> => headsOf(db, DIRECTORY_SCOPE, ROSTER_SCOPE);

  async function hospital(): Promise<Hospital> {
    // First: what comes in while the rest is read is news, and is looked at once more.
    const heads = await siteHeads();
    const tablet = await db.read('tablet');
    if (!tablet) return { heads, directory: emptyDirectory() };
    const directory = await readDirectory(db);
    return { heads, tablet, directory, ...(await readRoster(db, tablet, directory)) };
  }

  /**
   * What an unlock opens, and what it opens anew when directory or staff list changed meanwhile. By the same reading of
   * both by which it was judged whether this person may: a revocation that came since is found by `renew`.
   */
  async function open(
    { heads, tablet, directory, roster }: Hospital,
    staff: StaffMember,
    user: UserKey,
    ward: string,
  ): Promise<Unlocked | undefined> {
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
      write,
    });
    // Charts that were folded with other revocations believe too much, or too little; with other settings they count otherwise.
    const settings = siteData(directory.data, 'ward-settings', ward)?.recordedAt ?? '';
    const foldedWith = `${revocationMark(directory)} ${settings}`.trim();
    if (((await db.read('folded-with')) ?? '') !== foldedWith) {
      await charts.markAll(`revocations ${foldedWith}`);
      await db.write('folded-with', foldedWith);
    }
    return { keyring, charts, drafts: createDrafts(db, keyring), log, moves, siteHeads: heads };
  }

  /** News of directory or staff list while somebody works: new keys are taken, and whoever is revoked is locked out. */
  async function renew(): Promise<void> {
    const before = unlocked;
    if (!before || before.siteHeads === (await siteHeads())) return;
    const read = await hospital();
    const { tablet, directory, roster } = read;
    const staff = roster?.get(before.keyring.staff.staff);
    const over =
      !tablet ||
      !staff ||
      directory.revokedDevices.has(tablet.device) ||
      directory.revokedStaff.has(staff.staff) ||
      // A new PIN came with a new key: the old one writes nothing more.
      staff.publicKey !== before.keyring.staff.publicKey;
    const next = over ? undefined : await open(read, staff, before.keyring.user, before.keyring.ward);
    if (unlocked !== before) return;
    if (!next) return news.tell({ type: 'revoked' });
    unlocked = next;
    news.tell({ type: 'site-changed' });
  }

  async function foldOnce(): Promise<void> {
    for await (const patients of unlocked?.charts.foldStale(now(), SHOWN_TOGETHER) ?? []) {
      if (unlocked) complete = await unlocked.charts.completeness();
      news.tell({ type: 'changed', patients });
      // What turned up of patients who went to another ward goes after them.
      for (const patient of patients) await unlocked?.moves.passOn(patient);
    }
    if (unlocked) complete = await unlocked.charts.completeness();
    await tellCounts();
  }

  async function tellCounts(): Promise<void> {
    news.tell({ type: 'counts', counts: await countEntries(db) });
  }

  /** Folds what changed, one run at a time, and tells the screens. What was marked during a run is folded by one more. */
  function fold(): Promise<void> {
    foldAgain = folding !== undefined;
    folding ??= (async () => {
      try {
        do {
          foldAgain = false;
          await foldOnce();
        } while (foldAgain);
      } finally {
        // In the same step as the last look at `foldAgain`, so that no call falls in between.
        folding = undefined;
      }
    })();
    return folding;
  }

  /** After a save: the next save comes first, the fold and the upload when nobody is writing. */
  function foldSoon(): void {
    // At once: "saved" and "0 on this tablet only" must not stand on one screen. In a row of saves, with the first. The
    // fold tells them again, so a count that cannot be read now stops nothing.
    if (foldTimer === undefined) void tellCounts().catch(() => undefined);
    clearTimeout(foldTimer);
    foldTimer = setTimeout(() => {
      foldTimer = undefined;
      news.tell({ type: 'saved' });
      void fold();
    }, FOLD_AFTER_MS);
  }

  return {
    hospital,
    open,
    renew,
    fold,
    foldSoon,
    /** Throws while the vault is locked: a screen asked for what it cannot have. */
    current(): Unlocked {
      if (!unlocked) throw new Error('the vault is locked');
      return unlocked;
    },
    keyring: (): Keyring | undefined => unlocked?.keyring,
    async start(opened: Unlocked): Promise<void> {
      complete = await opened.charts.completeness();
      unlocked = opened;
    },
    async completeness(): Promise<WardCompleteness> {
      if (unlocked) complete = await unlocked.charts.completeness();
      return complete;
    },
    /** What an entry that is written now says of the tablet. */
    lacking: (): TabletLacked | undefined =>
      complete.snapshotAsOf === undefined ? 'ehr-data' : complete.toOpen > 0 ? 'part-of-the-ward' : undefined,
    /** A log took another history: what is in memory may be of the one before. */
    forgetHistory(): void {
      unlocked?.log.forget();
      unlocked?.charts.forget();
    },
  };
}

export type VaultSession = ReturnType<typeof createSession>;

async function newVaultKey(db: VaultDatabase, tablet: Tablet, directory: Directory) {
  const wards = directory.devices.get(tablet.device)?.wards ?? [];
  const recipients = wards.flatMap((ward) => directory.wards.get(ward)?.recipient ?? []);
  const file = await sealTo(recipients, randomBytes(32));
  await db.write('vault-key', { file });
  return file;
}
