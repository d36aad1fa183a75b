import { newestOf } from '../clinical/index.ts';
import { siteData } from '../site/index.ts';
import { createAdministration } from './administer.ts';
import type { VaultApi } from './api.ts';
import { writeWithRoom } from './ballast.ts';
import { createCharting } from './charting.ts';
import { reasonsIn } from './charts.ts';
import { placesOf } from './counts.ts';
import type { VaultDatabase } from './database.ts';
import { createEmergencyAccess } from './emergency-access.ts';
import { askToJoin, joinOnceLetIn } from './enrolment.ts';
import type { News } from './events.ts';
import { storageFailure } from './failures.ts';
import { createFileTransfer, type TransferEnvironment } from './file-transfer.ts';
import { createPasskeys } from './passkeys.ts';
import { createPictures } from './pictures.ts';
import { createQrTransfer } from './qr-transfer.ts';
import { createSession } from './session.ts';
import { createSignIn } from './sign-in.ts';
import { readDirectory } from './site-records.ts';
import { createVaultStore } from './store.ts';
import { setAsideStatus, tabletStatus } from './tablet-status.ts';

/** Sets and lines that a chart opens with: some days of the busiest patient. The rest is a tap away. */
const NEWEST = 150;

/**
 * The vault: the one place on a tablet where keys are used. Created locked, in its worker; to lock is to end the
 * worker with its page, which empties its memory.
 */
export function createVault(
  db: VaultDatabase,
  news: News,
  clock: () => number,
): Omit<VaultApi, 'finish' | 'printed'> {
  const now = (): string => new Date(clock()).toISOString();
  const session = createSession(db, news, clock, (scope, patient, draft) => write(patient, draft, { scope }));
  const signIn = createSignIn(db, news, clock, session);
  const { write, charting } = createCharting(db, news, clock, session, signIn);
  const { hospital } = session;
  const { confirmPin } = signIn;

  /** Directory or roster were written to: others are told, and keys read anew. */
  function told(): void {
    news.tell({ type: 'sync-now' });
    void session.renew().then(session.fold);
  }

  news.listen((event) => {
    if (event.type === 'forked' || event.type === 'purged') session.forgetHistory();
    // Sealed what arrived, or waiting for keys: the next unlock folds it.
    if (event.type === 'arrived' || event.type === 'forked' || event.type === 'purged')
      void session.renew().then(session.fold);
  });

  const transfer: TransferEnvironment = {
    db,
    clock,
    keyring: session.keyring,
    store: (tablet) =>
      createVaultStore(db, tablet, () => {
        // News does not come back to the worker that tells it.
        session.forgetHistory();
        news.tell({ type: 'forked' });
      }),
    arrived: told,
  };

  return {
    async status() {
      try {
        await db.open();
      } catch {
        return setAsideStatus();
      }
      const { tablet, directory, roster } = await hospital();
      return tabletStatus(db, tablet, directory, roster);
    },

    askToJoin: (request) => askToJoin(db, request),

    async joinOnceLetIn() {
      const result = await joinOnceLetIn(db);
      if (result.ok && result.value === 'enrolled') news.tell({ type: 'enrolled' });
      return result;
    },

    forgetJoining: () => db.forget('joining'),

    unlock: signIn.unlock,
    confirmPin,
    ...charting,

    board: () => session.current().charts.board(),
    completeness: session.completeness,

    chart: async (patient, whole) => {
      const chart = await session.current().charts.chart(patient, now());
      return chart && (whole ? chart : newestOf(chart, NEWEST));
    },

    otherWards: () => session.current().moves.otherWards(),
    move: (request) => session.current().moves.move(request),

    async places(patient) {
      const opened = await session.current().charts.opened(patient);
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
        return { ok: true, value: await writeWithRoom(() => session.current().drafts.save(draft, now())) };
      } catch (error) {
        return { ok: false, error: storageFailure(error) };
      }
    },
    drafts: () => session.current().drafts.list(),
    discardDraft: (key) => session.current().drafts.discard(key, now()),
    ...createPictures(clock, session),

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
      const { ward } = session.current().keyring;
      const found = what === 'ward-settings' ? siteData(data, what, ward) : siteData(data, what);
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
      hospital,
      session: () => {
        const { staff, user } = session.current().keyring;
        return {
          author: { id: staff.staff, name: staff.name, role: staff.role },
          signingKey: user.signingKey,
        };
      },
      held: async () => session.current().charts.held(),
      async beds() {
        const rows = await session.current().charts.board();
        return new Map(
          rows.flatMap(({ patient, bed }) => (bed === undefined ? [] : [[patient, bed] as const])),
        );
      },
      confirmPin,
      told,
    }),
    emergencyAccess: createEmergencyAccess({
      db,
      clock,
      hospital,
      keyring: () => session.current().keyring,
      confirmPin,
      told,
    }),
    ...createPasskeys(db, clock, session, signIn, told),
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
