import type { PatientMoved, RecordMoved } from '../clinical/index.ts';
import { type Directory, lackedBy, moveScope, packRecord, toPassOn } from '../site/index.ts';
import type { Result, SavedEntry } from './api.ts';
import type { Charts } from './charts.ts';
import type { Tablet } from './database.ts';
import type { Keyring } from './keyring.ts';
import type { PatientRecords } from './patient-record.ts';

/** What a screen may ask about patients who go to another ward. */
export interface MovesApi {
  /** Wards of this hospital besides the one that is open. */
  otherWards(): Promise<{ id: string; name: string }[]>;
  /** Says that the patient went to another ward, and passes the record on to it. */
  move(request: {
    patient: string;
    ward: string;
    bed: string;
  }): Promise<Result<SavedEntry, 'invalid' | 'not-allowed' | 'storage' | 'full'>>;
}

type Without = 'author' | 'recordedAt';
type MoveDraft = Omit<PatientMoved, Without> | Omit<RecordMoved, Without>;

/** What moving needs of the vault around it. */
interface MovesEnvironment {
  tablet: Tablet;
  directory: () => Promise<Directory>;
  keyring: Keyring;
  charts: Charts;
  records: PatientRecords;
  now: () => string;
  write(
    scope: string,
    patient: string,
    draft: MoveDraft,
  ): Promise<Result<SavedEntry, 'invalid' | 'not-allowed' | 'storage' | 'full'>>;
}

/** A patient goes to another ward: the word, the record, and what turns up of it later. */
export function createMoves(environment: MovesEnvironment): MovesApi & {
  /** Passes on what the new ward may lack of a patient who went there. Repeating it writes nothing. */
  passOn(patient: string): Promise<void>;
  /** The same for everybody who is away: a tablet that went dark half way goes on when it is unlocked. */
  passOnAll(): Promise<void>;
} {
  const { tablet, keyring, charts, records, now, write } = environment;
  let passing: Promise<unknown> = Promise.resolve();

  async function passOnNow(patient: string): Promise<void> {
    const place = charts.whereIs(patient);
    if (place === undefined) return;
    const scope = moveScope(keyring.ward, place);
    const held = await records.itemsOf(patient);
    const written = new Set(
      held.flatMap(({ item }) => (item.opening.opening.writer === tablet.device ? [item.entry.log] : [])),
    );
    const isMover = (await charts.opened(patient)).some(
      ({ id, body }) => body?.kind === 'patient-moved' && body.to === place && written.has(id.slice(0, 32)),
    );
    const items = toPassOn(lackedBy(place, held), tablet.device, isMover);
    for (const packet of await packRecord(patient, items)) {
      const saved = await write(scope, patient, { kind: 'record-moved', effectiveAt: now(), ...packet });
      // Told to the screen by whoever writes; the next fold tries again.
      if (!saved.ok) return;
    }
  }

  const moves = {
    async otherWards() {
      return [...(await environment.directory()).wards.values()]
        .filter(({ ward }) => ward !== keyring.ward)
        .map(({ ward, name }) => ({ id: ward, name }))
        .sort((a, b) => a.name.localeCompare(b.name));
    },

    async move({ patient, ward, bed }: { patient: string; ward: string; bed: string }) {
      const { wards } = await environment.directory();
      const [from, to] = [wards.get(keyring.ward), wards.get(ward)];
      const chart = await charts.chart(patient, now());
      if (!from || !to || !chart || chart.elsewhere)
        return {
          ok: false as const,
          error: {
            kind: 'not-allowed' as const,
            message: chart?.elsewhere
              ? `Not moved: this patient is on ${chart.elsewhere.places[0]?.wardName} already. Whoever is there moves on from there.`
              : 'Not moved: this tablet does not know that ward. Connect it to the server once.',
          },
        };
      const held = await records.itemsOf(patient);
      const byLog = Map.groupBy(held, ({ item }) => item.entry.log);
      const said = chart.bedClaims.filter(({ kind }) => kind === 'bed-assigned' || kind === 'patient-moved');
      const snapshot = await charts.ehrOf(patient);
      const saved = await write(moveScope(keyring.ward, ward), patient, {
        kind: 'patient-moved',
        effectiveAt: now(),
        from: keyring.ward,
        fromName: from.name,
        to: ward,
        toName: to.name,
        bed,
        record: [...byLog].map(([log, items]) => ({
          log,
          seqs: items.map(({ item }) => item.entry.seq).sort((a, b) => a - b),
        })),
        ...(snapshot ? { snapshot } : {}),
        // Two words on the bed are for a person to settle; a move does not choose between them.
        ...(said.length === 1 && said[0] ? { replaces: said[0].ref } : {}),
      });
      if (saved.ok) {
        charts.went(patient, ward);
        // The word is saved, and with it the duty: what does not go along now goes after the next fold.
        await moves.passOn(patient).catch(() => undefined);
      }
      return saved;
    },

    async passOnAll(): Promise<void> {
      for (const { patient, elsewhere } of await charts.board()) if (elsewhere) await moves.passOn(patient);
    },

    passOn(patient: string): Promise<void> {
      const turn = passing.then(() => passOnNow(patient));
      passing = turn.catch(() => undefined);
      return turn;
    },
  };
  return moves;
}
