import type { Kysely } from 'kysely';
import { type RecordMoved, WardBody } from '../clinical/index.ts';
import { type Bytes, entryId, fromHex, toHex } from '../log/index.ts';
import { sha256, verifyWith } from '../seal/index.ts';
import { keysInPacket, openWardEntry, type RecordItem, readScope, unpackRecord } from '../site/index.ts';
import type { Database } from './database/schema.ts';
import { ownBytes, type ServerLedger } from './ledger.ts';
import { keepParts, withoutBytes } from './pictures.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteRecords } from './site-records.ts';

export interface MovedPacket {
  packet: RecordMoved;
  patient: string;
  receivedAt: Date;
}

interface Bad {
  seq: number;
  bytes: Uint8Array;
  kind: string;
  reason: string;
}

/** The packet itself says nothing more once its entries are taken. */
export const withoutContent = (packet: RecordMoved): RecordMoved => ({
  ...packet,
  openings: [],
  keys: [],
  entries: [],
});

/**
 * Entries that came to the server in a moved patient's record. Mostly their own logs brought them already; where the
 * tablet that wrote them is gone, the packet is all that is left, and they are taken from it under their own ids, so
 * that nothing changes when the log comes after all.
 */
export function createMovedEntries(
  db: Kysely<Database>,
  identity: SiteIdentity,
  site: SiteRecords,
  ledger: Pick<ServerLedger, 'hashAt' | 'log' | 'verifier' | 'keepBranch'>,
) {
  async function takeItem(item: RecordItem, moved: MovedPacket): Promise<void> {
    const { entry, hash, opening } = item;
    const held = await ledger.hashAt(entry.log, entry.seq);
    if (held && toHex(held) === hash) return;
    if (held) {
      // A second history, which this patient's move brought to light: it is taken over like any other.
      const known = await ledger.log(entry.log);
      if (known)
        await ledger.keepBranch({
          log: entry.log,
          opening: known.opening,
          entries: [{ entry, hash: fromHex(hash) }],
        });
      return;
    }
    const id = entryId(entry.log, entry.seq);
    const body = await bodyOf(item, moved);
    if (typeof body === 'string') {
      await quarantine({ ...entry, hash }, `Entry ${id}: ${body}`);
      return;
    }
    await db.transaction().execute(async (tx) => {
      if (body.body.kind === 'attachment')
        await keepParts(tx, identity.site, [{ patient: moved.patient, body: body.body }]);
      await tx
        .insertInto('projection.entry')
        .values({
          site: identity.site,
          log: entry.log,
          seq: entry.seq,
          patient: moved.patient,
          ward: readScope(opening.opening.scope)?.ward ?? '',
          kind: body.body.kind,
          body: JSON.stringify(withoutBytes(body.body)),
          // The packet is its carrier's; whether to believe the entry is asked of who wrote it.
          origin: JSON.stringify(
            body.origin ?? { writer: opening.opening.writer, log: entry.log, seq: entry.seq },
          ),
          hlc_wall: String(body.hlc[0]),
          hlc_counter: body.hlc[1],
          received_at: moved.receivedAt,
        })
        .onConflict((conflict) => conflict.columns(['site', 'log', 'seq']).doNothing())
        .execute();
      await tx
        .insertInto('projection.moved')
        .values({ site: identity.site, log: entry.log, seq: entry.seq, hash })
        .onConflict((conflict) => conflict.columns(['site', 'log', 'seq']).doNothing())
        .execute();
    });
  }

  /** What it says, or in words why nobody can tell. */
  async function bodyOf({ entry, opening, keys }: RecordItem, { packet, patient }: MovedPacket) {
    const bySite = opening.opening.writer === identity.site;
    const inPacket = keysInPacket(packet, patient);
    const opened = await openWardEntry(
      entry,
      (await site.keysOf(opening.opening)) ?? keys,
      bySite,
      async (log) => (await site.keysOfLog(log)) ?? inPacket(log),
    );
    if (!opened.ok) return `${opened.error.message}.`;
    const parsed = WardBody.safeParse(opened.opened.body);
    if (!parsed.success) return 'its content is not as this version expects.';
    if (!bySite || opened.opened.carries !== undefined) {
      const author = site.roster().get(parsed.data.author.id);
      if (!author || !(await opened.opened.authoredBy(verifyWith(author.publicKey))))
        return "its author's signature does not verify.";
    }
    return { body: parsed.data, hlc: opened.opened.hlc, origin: opened.opened.origin };
  }

  async function quarantine(
    { bytes, hash, log, seq }: { bytes: Bytes; hash: string; log?: string; seq?: number },
    reason: string,
  ): Promise<void> {
    await db
      .insertInto('record.quarantine')
      .values({
        site: identity.site,
        hash,
        log: log ?? null,
        seq: seq ?? null,
        kind: 'moved-record',
        reason,
        bytes,
      })
      .onConflict((conflict) => conflict.columns(['site', 'hash']).doNothing())
      .execute();
  }

  return {
    async take(moved: MovedPacket): Promise<void> {
      const { packet, patient } = moved;
      const { items, refused } = await unpackRecord(packet, patient, identity.site, ledger.verifier);
      for (const item of items) await takeItem(item, moved);
      for (const { bytes, reason } of refused)
        await quarantine({ bytes, hash: toHex(await sha256(bytes)) }, reason);
    },

    /**
     * Entries of a log that stand at places where a packet had brought something else: the tablet was cloned, and both
     * have to be kept. What came first keeps the id, which may be in the EHR by now; a person looks at the other.
     */
    async contradicting(
      log: string,
      rows: readonly { seq: number; hash: Uint8Array; bytes: Uint8Array }[],
    ): Promise<Bad[]> {
      const before = await db
        .selectFrom('projection.moved')
        .where('site', '=', identity.site)
        .where('log', '=', log)
        .select(['seq', 'hash'])
        .execute();
      if (before.length === 0) return [];
      const hashes = new Map(before.map((row) => [row.seq, row.hash]));
      return rows.flatMap(({ seq, hash, bytes }) =>
        hashes.has(seq) && hashes.get(seq) !== toHex(hash)
          ? [
              {
                seq,
                bytes: ownBytes(bytes),
                kind: 'moved-record',
                reason: `Entry ${entryId(log, seq)}: another entry of this name came with a moved patient's record.`,
              },
            ]
          : [],
      );
    },
  };
}
