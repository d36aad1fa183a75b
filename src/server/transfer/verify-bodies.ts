import { RecordMoved, WardBody } from '../../clinical/index.ts';
import type { Entry, Verify } from '../../log/index.ts';
import type { LogKeys } from '../../seal/index.ts';
import { authorProblem, keysInPacket, openWardEntry, type Roster, unpackRecord } from '../../site/index.ts';

/** What the check of sealed content needs to know of the rest; directory and roster may be learnt on the way. */
export interface KnownAround {
  site: string;
  keysOfLog(log: string): Promise<LogKeys | undefined>;
  verifier(writer: string, scope: string): Verify | undefined;
  roster(): Roster;
}

/** Checks what entries of wards say inside: seal, schema, author, and the records of moved patients that they bring. */
export function createBodyCheck({ site, keysOfLog, verifier, roster }: KnownAround) {
  /** Entries that moved records brought and that verify: their writers by hash. */
  const brought = new Map<string, string>();

  /** What is wrong with an entry's content, in words; `undefined`: nothing, or not this version's to judge. */
  async function problem(
    entry: Entry,
    keys: LogKeys | undefined,
    writer: string,
    keysInside = keysOfLog,
  ): Promise<string | undefined> {
    if (entry.patient === null) return undefined;
    const bySite = writer === site;
    const opened = await openWardEntry(entry, keys, bySite, keysInside);
    if (!opened.ok) return opened.error.message;
    const parsed = WardBody.safeParse(opened.opened.body);
    // Of a newer version perhaps: kept and carried, and not this version's to judge.
    if (!parsed.success || (bySite && opened.opened.carries === undefined)) return undefined;
    if (roster().size === 0) return undefined;
    const author = roster().get(parsed.data.author.id);
    if (!author) return 'its author is not in the roster';
    return (await authorProblem(author, parsed.data, opened.opened.authoredBy))?.message;
  }

  /** What is wrong in the record of a moved patient that an entry brings along, if it brings one. */
  async function packetProblems({ patient }: Entry, body: unknown): Promise<string[]> {
    const packet = RecordMoved.safeParse(body);
    if (!packet.success || patient === null) return [];
    const { items, refused } = await unpackRecord(packet.data, patient, site, async (writer, scope) =>
      verifier(writer, scope),
    );
    const problems = refused.map(({ reason }) => reason);
    const inPacket = keysInPacket(packet.data, patient);
    for (const { entry, hash, opening, keys } of items) {
      if (brought.has(hash)) continue;
      const { writer } = opening.opening;
      const wrong = await problem(
        entry,
        keys,
        writer,
        async (log) => (await keysOfLog(log)) ?? inPacket(log),
      );
      if (wrong === undefined) brought.set(hash, writer);
      else problems.push(`entry ${entry.seq} of log ${entry.log.slice(0, 8)}: ${wrong}.`);
    }
    return problems;
  }

  return { problem, packetProblems, brought: brought as ReadonlyMap<string, string> };
}
