import { type Bytes, entryId, type Hlc, observe, tick, toHex } from '../log/index.ts';
import { type LogKeys, logKeys, randomBytes, sealEntry, sealTo, sha256 } from '../seal/index.ts';
import type { ServerLedger } from './ledger.ts';
import type { SiteIdentity } from './site-identity.ts';

interface OwnHead {
  log: string;
  seq: number;
  hash: Bytes | null;
  keys: LogKeys | undefined;
  pendingOpening: { file: Bytes; hash: Bytes } | undefined;
  /** Recipients of its key. */
  sealedFor: string | undefined;
}

/**
 * The server's own writer. It opens a new log per scope at each process start, so that several nodes, or one that
 * was restored from a backup, never write the same log.
 */
export function createSiteLog(ledger: ServerLedger, identity: SiteIdentity, clock: () => number) {
  const heads = new Map<string, OwnHead>();
  const queues = new Map<string, Promise<unknown>>();
  let hlc: Hlc = [0, 0];

  async function openHead(recipients: readonly string[] | undefined): Promise<OwnHead> {
    const log = toHex(randomBytes(16));
    if (!recipients)
      return { log, seq: 0, hash: null, keys: undefined, pendingOpening: undefined, sealedFor: undefined };
    const logKey = randomBytes(32);
    return {
      log,
      seq: 0,
      hash: null,
      keys: logKeys(logKey),
      pendingOpening: { file: await sealTo(recipients, logKey), hash: await sha256(logKey) },
      sealedFor: recipients.join(' '),
    };
  }

  async function write(
    scope: string,
    recipients: readonly string[] | undefined,
    items: { patient: string | null; body: unknown }[],
  ): Promise<string[]> {
    const sealedFor = recipients?.join(' ');
    const known = heads.get(scope);
    // After a rotation nothing more is sealed for the old identity.
    const head = known && known.sealedFor === sealedFor ? known : await openHead(recipients);
    const entries: Bytes[] = [];
    const ids: string[] = [];
    let { seq, hash } = head;
    const opening = seq === 0 ? [{ patient: null, body: { kind: 'log-opened' } }] : [];
    for (const item of [...opening, ...items]) {
      hlc = tick(hlc, clock());
      seq += 1;
      const entry = await sealEntry(
        {
          log: head.log,
          seq,
          prev: hash,
          hlc,
          patient: item.patient,
          body: item.body,
          ...(seq === 1
            ? {
                opening: {
                  site: identity.site,
                  writer: identity.site,
                  scope,
                  ...(head.pendingOpening ? { key: head.pendingOpening } : {}),
                },
              }
            : {}),
        },
        head.keys,
        identity.sign,
      );
      hash = await sha256(entry.bytes);
      entries.push(entry.bytes);
      if (seq > 1) ids.push(entryId(head.log, seq));
    }
    const received = await ledger.receive(entries);
    if (received.problems.length > 0 || received.accepted !== entries.length) {
      // Nobody else writes this log, so this is a broken invariant: never go on as if it were written.
      heads.delete(scope);
      throw new Error('the server could not write its own log');
    }
    heads.set(scope, { ...head, seq, hash, pendingOpening: undefined });
    return ids;
  }

  /** Behind whatever is being written in its scope. */
  function inTurn<T>(scope: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(scope) ?? Promise.resolve()).then(work);
    queues.set(
      scope,
      turn.catch(() => undefined),
    );
    return turn;
  }

  return {
    /** Keeps the server's clock after the entries that it decides on. */
    observe(seen: Hlc) {
      hlc = observe(hlc, seen, clock());
    },

    /**
     * Writes entries to the server's log of a scope, all or none; resolves with their ids after the commit.
     * `recipients` absent: the directory, which is not sealed.
     */
    append(
      scope: string,
      recipients: readonly string[] | undefined,
      items: { patient: string | null; body: unknown }[],
    ): Promise<string[]> {
      return inTurn(scope, () => write(scope, recipients, items));
    },

    /** What is written next in these scopes begins a new log: a closing may then cover those before to their end. */
    async end(concerns: (scope: string) => boolean): Promise<void> {
      for (const scope of [...heads.keys()].filter(concerns))
        await inTurn(scope, async () => void heads.delete(scope));
    },
  };
}

export type SiteLog = ReturnType<typeof createSiteLog>;
