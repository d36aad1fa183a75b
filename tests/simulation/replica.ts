import {
  type Bytes,
  type Entry,
  entryId,
  type Hlc,
  MAX_AHEAD_MS,
  observe,
  type Range,
  tick,
  toHex,
  utf8,
  type Verify,
  type VersionVector,
  writeEntry,
} from '../../src/log/index.ts';
import {
  type Acknowledgement,
  isAcknowledgement,
  isLaterEpoch,
  acknowledge as signAcknowledgement,
} from '../../src/seal/index.ts';
import {
  type Arrival,
  answerOffer,
  answerPush,
  type Branch,
  branchBefore,
  isLost,
  type Ledger,
  mayForget,
  type OfferAnswer,
  type OfferRequest,
  type Place,
  type PushAnswer,
  type Received,
  type Rejected,
  type Responder,
  receiveEntries,
  type Store,
} from '../../src/sync/index.ts';
import { hash, hashNow, signWithKey, verifyWithKey } from './crypto.ts';
import { contentOf, copyOf, directoryOn, JournalFile, type Stored, type StoredEntry } from './disk.ts';
import type { World } from './world.ts';

export type Kind = 'tablet' | 'hub' | 'server';

/**
 * One replica: the real log and sync code over a simulated disk. A tablet's transaction is whole or not there; the
 * server writes a journal first and may lose any part of its database behind it.
 */
export class Replica implements Store, Responder {
  alive = true;
  /** A crash ends a life: what its storage still had to do never comes back. */
  #life = 0;
  #head: { log: string; seq: number; hash: Bytes | null; hlc: Hlc } | undefined;
  #clock: Hlc = [0, 0];
  #journal = new JournalFile();
  #checkpoints: Stored[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #telling: Promise<unknown> = Promise.resolve();
  clockError = 0;
  /** Hashes of what this replica told its user was saved. */
  saved = new Set<string>();

  readonly world: World;
  readonly name: string;
  readonly kind: Kind;
  readonly device: string;
  readonly #key: string;
  disk: Stored;

  constructor(world: World, name: string, kind: Kind, device: string, key: string, disk: Stored) {
    this.world = world;
    this.name = name;
    this.kind = kind;
    this.device = device;
    this.#key = key;
    this.disk = disk;
  }

  get #mutant() {
    return this.world.mutant;
  }
  get now(): number {
    return this.world.scheduler.now + this.clockError;
  }

  /** Waits for the disk, then changes it at once; nothing happens when the replica crashed meanwhile. */
  #storage<T>(apply: () => T): Promise<T> {
    const life = this.#life;
    return new Promise((resolve, reject) => {
      this.world.scheduler.after(this.world.diskDelay(), () => {
        if (life !== this.#life) return;
        try {
          resolve(apply());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  hash = hash;

  async log(log: string) {
    const row = this.disk.logs.get(log);
    return row && { head: this.#headOf(log), opening: row.opening };
  }

  #headOf(log: string) {
    const last = this.disk.entries.get(log)?.at(-1);
    return last ? { seq: last.entry.seq, hash: bytesOf(last.hash) } : { seq: 0, hash: null };
  }

  async hashAt(log: string, seq: number) {
    if (this.#mutant === 'overwrite') return undefined;
    const found = this.disk.entries.get(log)?.[seq - 1];
    return found && bytesOf(found.hash);
  }

  async verifier(writer: string): Promise<Verify | undefined> {
    if (this.#mutant === 'trust signatures') return async () => true;
    if (writer === this.world.site) return verifyWithKey(this.world.siteKey);
    for (const [log, { opening }] of this.disk.logs) {
      if (opening.scope !== 'directory') continue;
      for (const { entry } of this.disk.entries.get(log) ?? []) {
        const { device, key } = contentOf(entry);
        if (device === writer && key !== undefined) return verifyWithKey(key);
      }
    }
    return undefined;
  }

  async #toJournal(entries: readonly Bytes[]): Promise<void> {
    if (this.kind !== 'server' || this.world.recovering || this.#mutant === 'no journal') return;
    // One append at a time, as the file has it.
    const turn = this.#writing.then(async () => {
      this.#journal.begin(entries);
      await this.#storage(() => this.#journal.finish());
    });
    this.#writing = turn;
    await turn;
  }

  async commit(arrivals: Arrival[]): Promise<boolean> {
    if (this.#mutant === 'acknowledge before commit') {
      void this.#storage(() => this.#apply(arrivals));
      return true;
    }
    await this.#toJournal(arrivals.flatMap(({ accepted }) => accepted.map(({ entry }) => entry.bytes)));
    if (this.#mutant === 'half a transaction') {
      for (const { log, opening } of arrivals) this.#openLog(log, opening);
      for (const arrival of arrivals)
        for (const item of [...arrival.accepted].reverse())
          await this.#storage(() =>
            this.#insert(arrival.log, [{ entry: item.entry, hash: toHex(item.hash) }]),
          );
      return true;
    }
    return this.#storage(() => this.#apply(arrivals));
  }

  #apply(arrivals: Arrival[]): boolean {
    const unmoved = arrivals.every(({ log, follows }) => this.#headOf(log).seq === follows.seq);
    if (!unmoved && this.#mutant !== 'overwrite') return false;
    for (const { log, opening, accepted } of arrivals) {
      this.#openLog(log, opening);
      this.#insert(
        log,
        accepted.map(({ entry, hash: own }) => ({ entry, hash: toHex(own) })),
      );
    }
    if (this.kind === 'server' && this.world.scheduler.chance(0.3)) this.#checkpoints.push(copyOf(this.disk));
    return true;
  }

  #openLog(log: string, opening: Arrival['opening']): void {
    if (!this.disk.logs.has(log)) this.disk.logs.set(log, { opening, forked: false, copiedThrough: 0 });
  }

  #insert(log: string, rows: StoredEntry[]): void {
    const held = this.disk.entries.get(log) ?? [];
    this.disk.entries.set(log, held);
    for (const row of rows) {
      this.world.mustBeAuthentic(this, row);
      held[row.entry.seq - 1] = row;
      this.#clock = this.#observe(row.entry.hlc);
    }
    this.world.mustBeChained(this, log, held);
  }

  #observe(seen: Hlc): Hlc {
    const after =
      this.#mutant === 'unbounded clock'
        ? seen[0] > this.#clock[0]
          ? seen
          : this.#clock
        : observe(this.#clock, seen, this.now);
    this.world.mustBeNear(this, this.#clock, after);
    return after;
  }

  async quarantine(rejected: Rejected[]): Promise<void> {
    await this.#storage(() => {
      for (const { bytes, kind } of rejected)
        this.disk.quarantine.set(toHex(hashNow(bytes)), { kind, bytes });
    });
  }

  async keepBranch({ log, entries }: Branch): Promise<void> {
    if (this.#mutant === 'drop branches') return;
    await this.#toJournal(entries.map(({ entry }) => entry.bytes));
    await this.#storage(() => {
      for (const { entry, hash: own } of entries) {
        const name = toHex(own);
        this.world.mustBeAuthentic(this, { entry, hash: name });
        if (!this.disk.branches.has(name))
          this.disk.branches.set(name, { log, seq: entry.seq, acknowledgedIn: '', bytes: entry.bytes });
      }
      const row = this.disk.logs.get(log);
      if (row) row.forked = true;
    });
  }

  async holdsBranch(name: string): Promise<boolean> {
    return this.disk.branches.has(name);
  }

  async replaceTail(arrival: Arrival, head: { seq: number }): Promise<boolean> {
    if (this.kind === 'server') return false;
    return this.#storage(() => {
      const rows = this.disk.entries.get(arrival.log) ?? [];
      const row = this.disk.logs.get(arrival.log);
      if (!row || rows.length !== head.seq) return false;
      const tail = rows.splice(arrival.follows.seq);
      const acknowledged = row.acknowledgement;
      if (this.#mutant !== 'forget our history')
        for (const { entry, hash: own } of tail.filter(({ purged }) => !purged))
          this.disk.branches.set(own, {
            log: arrival.log,
            seq: entry.seq,
            acknowledgedIn: acknowledged && entry.seq <= acknowledged.seq ? acknowledged.epoch : '',
            ...(acknowledged?.seq === entry.seq ? { acknowledgement: acknowledged } : {}),
            bytes: entry.bytes,
          });
      this.#insert(
        arrival.log,
        arrival.accepted.map(({ entry, hash: own }) => ({ entry, hash: toHex(own) })),
      );
      for (const { hash: own } of arrival.accepted) this.disk.branches.delete(toHex(own));
      row.forked = true;
      if (row.purgedThrough !== undefined)
        row.purgedThrough = Math.min(row.purgedThrough, arrival.follows.seq);
      delete row.acknowledgement;
      return true;
    });
  }

  async vector(): Promise<VersionVector> {
    const vector: VersionVector = {};
    for (const log of this.disk.logs.keys()) {
      const { seq, hash: own } = this.#headOf(log);
      if (own) vector[log] = [seq, toHex(own)];
    }
    return vector;
  }

  async purged(): Promise<Map<string, number>> {
    return new Map(
      [...this.disk.logs].flatMap(([log, row]) => (row.purgedThrough ? [[log, row.purgedThrough]] : [])),
    );
  }

  /** What closings say, by log: the furthest point. */
  #closings(): Map<string, Place> {
    const found = new Map<string, Place>();
    for (const [log, { opening }] of this.disk.logs) {
      if (opening.scope !== 'directory') continue;
      for (const { entry } of this.disk.entries.get(log) ?? [])
        for (const point of contentOf(entry).points ?? [])
          if ((found.get(point.log)?.seq ?? 0) < point.seq) found.set(point.log, point);
    }
    return found;
  }

  /** The server says something in the directory, one statement after the other, each in a log that no other holds up. */
  tell(statement: object): Promise<void> {
    const turn = this.#telling.then(async () => {
      this.#head = undefined;
      await this.write('directory', null, statement);
      this.#head = undefined;
    });
    this.#telling = turn;
    return turn;
  }

  /** A tablet forgets what is settled, as the vault does after an exchange. */
  async purge(): Promise<void> {
    for (const [log, point] of this.#closings()) {
      await this.#storage(() => {
        const row = this.disk.logs.get(log);
        const rows = this.disk.entries.get(log) ?? [];
        if (!row) return;
        if (row.opening.writer === this.device) row.ended = true;
        const may = mayForget({
          head: this.#headOf(log),
          point,
          bySite: row.opening.writer === this.world.site,
          acknowledgement: row.acknowledgement,
          epoch: this.disk.epoch,
        });
        if (!may && this.#mutant !== 'purge what was not acknowledged') return;
        row.purgedThrough = rows.length;
        rows.splice(
          1,
          rows.length,
          ...rows.slice(1).map(({ entry, hash: own }) => ({ entry, hash: own, purged: true as const })),
        );
      });
    }
  }

  async read({ log, after, through }: Range, maxBytes: number): Promise<Bytes[]> {
    const found: Bytes[] = [];
    let size = 0;
    for (const { entry, purged } of (this.disk.entries.get(log) ?? []).slice(after, through)) {
      if (purged) break;
      size += entry.bytes.length;
      if (found.length > 0 && size > Math.min(maxBytes, PAGE_BYTES)) break;
      found.push(entry.bytes);
    }
    return found;
  }

  receive(entries: Bytes[]): Promise<Received> {
    return receiveEntries(
      this.#mutant === 'skip gaps' ? this.#with({ log: this.#believing(entries) }) : this,
      entries,
    );
  }

  /** This ledger with something else in it. */
  #with(change: Partial<Ledger>): Ledger {
    return {
      hash,
      log: (log) => this.log(log),
      hashAt: (log, seq) => this.hashAt(log, seq),
      verifier: (writer) => this.verifier(writer),
      commit: (arrivals) => this.commit(arrivals),
      quarantine: (rejected) => this.quarantine(rejected),
      keepBranch: (branch) => this.keepBranch(branch),
      holdsBranch: (name) => this.holdsBranch(name),
      replaceTail: (arrival, head) => this.replaceTail(arrival, head),
      ...change,
    };
  }

  /** The mutant that believes whatever place an arrival claims. */
  #believing(entries: Bytes[]): Ledger['log'] {
    return async (log) => {
      const known = await this.log(log);
      const first = this.world.readAll(entries).find((entry) => entry.log === log);
      return known && first && first.seq > known.head.seq + 1
        ? { ...known, head: { seq: first.seq - 1, hash: first.prev } }
        : known;
    };
  }

  async acknowledged(acknowledgements: Acknowledgement[]): Promise<void> {
    for (const acknowledgement of acknowledgements) {
      const { log, seq, hash: own, epoch } = acknowledgement;
      const row = this.disk.logs.get(log);
      if (!row) continue;
      const branch = this.disk.branches.get(own);
      const ours = this.disk.entries.get(log)?.[seq - 1]?.hash === own;
      const before = row.acknowledgement;
      const known =
        before && (isLaterEpoch(before.epoch, epoch) || (before.epoch === epoch && before.seq >= seq));
      const believes =
        this.#mutant === 'believe any acknowledgement' ||
        ((branch || (ours && !known)) &&
          (await isAcknowledgement(acknowledgement, verifyWithKey(this.world.siteKey))));
      if (!believes) continue;
      await this.#storage(() => {
        this.world.mustHaveBeenSaid(this, acknowledgement);
        if (branch) Object.assign(branch, { acknowledgedIn: epoch, acknowledgement });
        // Between the look and the word, the log may have taken another history.
        const stands = this.disk.entries.get(log)?.[seq - 1]?.hash === own;
        if (!known && (stands || this.#mutant === 'believe any acknowledgement'))
          row.acknowledgement = acknowledgement;
        if (this.#mutant === 'purge what is acknowledged' && this.kind === 'tablet')
          this.world.forget(this, log, seq);
      });
    }
  }

  async acknowledgements(): Promise<Acknowledgement[]> {
    const rows = [...this.disk.logs.values(), ...this.disk.branches.values()];
    return rows.flatMap((row) => row.acknowledgement ?? []);
  }

  async acknowledge(places: Place[]): Promise<Acknowledgement[]> {
    // A hub hands on what the server had signed.
    if (this.kind !== 'server')
      return (await this.acknowledgements()).filter((ack) => places.some((place) => place.log === ack.log));
    return Promise.all(
      places.map(async (place) => {
        const said = await signAcknowledgement(
          { ...place, epoch: this.disk.epoch },
          signWithKey(this.world.siteKey),
        );
        this.world.say(said);
        return said;
      }),
    );
  }

  async copied(held: Place[]): Promise<void> {
    for (const { log, seq } of held) {
      const row = this.disk.logs.get(log);
      if (row && row.copiedThrough < seq) row.copiedThrough = seq;
    }
  }

  async forked(logs: string[]): Promise<void> {
    await this.#storage(() => {
      for (const log of logs) {
        const row = this.disk.logs.get(log);
        if (row) row.forked = true;
      }
    });
  }

  async unacknowledgedBranches(epoch: string): Promise<Bytes[]> {
    return [...this.disk.branches.values()]
      .filter((row) => row.acknowledgedIn !== epoch)
      .sort((a, b) => a.seq - b.seq)
      .map((row) => row.bytes);
  }

  // What it answers when it is asked.

  async answerOffer(
    request: Pick<OfferRequest, 'vector' | 'acknowledged'>,
    device: string,
  ): Promise<OfferAnswer> {
    if (this.kind === 'server' && this.#mutant !== 'never learn of a restore') {
      for (const ack of request.acknowledged ?? []) {
        if (
          isLaterEpoch(ack.epoch, this.disk.epoch) &&
          (await isAcknowledgement(ack, verifyWithKey(this.world.siteKey)))
        )
          this.disk.epoch = ack.epoch;
        if (await isLost(this, this.disk.epoch, ack, verifyWithKey(this.world.siteKey)))
          this.disk.epoch = this.world.newEpoch(
            Math.max(Number(this.disk.epoch.slice(0, 6)), Number(ack.epoch.slice(0, 6))) + 1,
          );
      }
    }
    const answer = await answerOffer(this, await this.#grantedTo(device), request.vector);
    return {
      ...answer,
      authority: this.kind === 'server',
      epoch: this.disk.epoch,
      now: new Date(this.now).toISOString(),
      first: [...this.disk.logs].filter(([, row]) => row.opening.scope === 'directory').map(([log]) => log),
    };
  }

  /** A device that is known to be revoked is told so, and nothing else. */
  async #grantedTo(device: string): Promise<VersionVector> {
    const vector = await this.vector();
    if (!directoryOn(this.disk).directory.revokedDevices.has(device)) return vector;
    return Object.fromEntries(
      Object.entries(vector).filter(([log]) => this.disk.logs.get(log)?.opening.scope === 'directory'),
    );
  }

  async answerPush(entries: Bytes[]): Promise<PushAnswer> {
    const received = await this.receive(entries);
    if (this.#mutant === 'drop branches' || this.#mutant === 'acknowledge what was refused')
      for (const entry of this.world.readAll(entries))
        received.held.push({ log: entry.log, seq: entry.seq, hash: toHex(hashNow(entry.bytes)) });
    return answerPush(this, received);
  }

  // What its user does.

  /** Writes one entry; resolves once it is saved, never when the replica crashes before. */
  async write(scope: string, patient: string | null, content: unknown): Promise<Entry> {
    for (;;) {
      this.#head ??= this.#findHead();
      const head = this.#head;
      const opens = head.seq === 0;
      this.#clock = tick(opens ? this.#clock : observe(this.#clock, head.hlc, this.now), this.now);
      const opening = { site: this.world.site, writer: this.#writer, scope };
      const entry = await writeEntry(
        {
          v: 1,
          log: head.log,
          seq: head.seq + 1,
          prev: head.hash,
          hlc: this.#clock,
          patient: opens ? null : patient,
          blobs: [],
          opening: opens ? opening : null,
        },
        utf8(JSON.stringify(opens ? { kind: 'log-opened' } : content)),
        signWithKey(this.#key),
      );
      const own = await hash(entry.bytes);
      this.world.wrote(this.#writer, toHex(own));
      if (this.kind === 'server') await this.#toJournal([entry.bytes]);
      const add = (): boolean => {
        const row = this.disk.logs.get(head.log);
        if (row?.ended || (row?.forked && this.#mutant !== 'write on after a fork')) return false;
        if ((this.disk.entries.get(head.log)?.length ?? 0) !== head.seq) return false;
        if (opens) this.#openLog(head.log, opening);
        this.#insert(head.log, [{ entry, hash: toHex(own) }]);
        return true;
      };
      if (this.#mutant === 'saved before written') {
        this.saved.add(toHex(own));
        void this.#storage(add);
      } else if (!(await this.#storage(add))) {
        this.#head = undefined;
        continue;
      }
      this.#head = { log: head.log, seq: entry.seq, hash: own, hlc: entry.hlc };
      if (opens) continue;
      this.saved.add(toHex(own));
      return entry;
    }
  }

  get #writer(): string {
    return this.kind === 'server' ? this.world.site : this.device;
  }

  /** A log of ours that may be written on: not forked, not ahead of a clock that was set back. A server opens a new one. */
  #findHead() {
    for (const [log, row] of this.disk.logs) {
      const last = this.disk.entries.get(log)?.at(-1);
      const forked = row.forked && this.#mutant !== 'write on after a fork';
      if (this.kind === 'server' || row.opening.writer !== this.device || forked || row.ended || !last)
        continue;
      if (last.entry.hlc[0] > this.now + MAX_AHEAD_MS) continue;
      return { log, seq: last.entry.seq, hash: bytesOf(last.hash), hlc: last.entry.hlc };
    }
    this.#clock = this.#clock[0] > this.now + MAX_AHEAD_MS ? [0, 0] : this.#clock;
    return { log: this.world.newLog(), seq: 0, hash: null, hlc: this.#clock };
  }

  /** The server's second duty after a fork: takes branches over into its own log, once each. */
  async carryBranches(): Promise<void> {
    const taken = new Map(
      [...this.disk.entries.values()].flatMap((rows) =>
        rows.flatMap(({ entry }) => {
          const { hash: own } = contentOf(entry);
          return own === undefined ? [] : [[own, entryId(entry.log, entry.seq)] as const];
        }),
      ),
    );
    const branch = new Map(
      [...this.disk.branches].flatMap(([own, { bytes }]) =>
        this.world.readAll([bytes]).map((entry) => [own, entry] as const),
      ),
    );
    for (const [own, entry] of [...branch].sort(([, a], [, b]) => a.seq - b.seq)) {
      if (taken.has(own) && this.#mutant !== 'carry again and again') continue;
      const references = Object.fromEntries(
        branchBefore(branch, entry).map((before) => [
          entryId(before.log, before.seq),
          taken.get(toHex(hashNow(before.bytes))),
        ]),
      );
      const carried = Buffer.from(entry.bytes).toString('base64');
      const written = await this.write('ward:4-west', entry.patient, {
        kind: 'carried-entry',
        hash: own,
        carried,
        references,
        writer: this.disk.logs.get(entry.log)?.opening.writer,
        recordedAt: new Date(this.now).toISOString(),
      });
      taken.set(own, entryId(written.log, written.seq));
    }
  }

  crash(): void {
    this.#life += 1;
    this.#head = undefined;
    this.#clock = [0, 0];
    this.#writing = Promise.resolve();
    this.#telling = Promise.resolve();
    if (this.kind !== 'server') return;
    this.#journal.tear(this.world.scheduler.random());
    // What PGlite "committed" was in no file for sure: any earlier state may be what is left.
    const { scheduler } = this.world;
    const from = [...this.#checkpoints, copyOf(this.disk)];
    this.disk = copyOf(scheduler.oneOf(from));
    this.#checkpoints = [copyOf(this.disk)];
  }

  /** Starts again: the server fills its database from the journal. */
  async start(): Promise<void> {
    if (this.kind === 'server') {
      this.world.recovering = true;
      const entries = this.#journal.recover();
      await receiveEntries(this.#with({ commit: async (arrivals) => this.#apply(arrivals) }), entries);
      this.world.recovering = false;
    }
    this.alive = true;
    this.world.mustHoldWhatItSaid(this);
  }

  backup(): { disk: Stored; journal: Uint8Array[] } {
    return { disk: copyOf(this.disk), journal: [...this.#journal.bytes] };
  }

  restore({ disk, journal }: { disk: Stored; journal: Uint8Array[] }): void {
    this.#life += 1;
    this.#head = undefined;
    this.#writing = Promise.resolve();
    this.#telling = Promise.resolve();
    this.#journal = new JournalFile();
    this.#journal.bytes = [...journal];
    // It starts from the files of the backup, whose last append may be torn.
    this.#journal.recover();
    this.disk = copyOf(disk);
    this.#checkpoints = [];
    this.saved = new Set([...this.saved].filter((own) => this.world.isOn(this, own)));
  }
}

/** Small, so that every transfer of any size has several pages. */
const PAGE_BYTES = 1500;

const bytesOf = (name: string): Bytes => new Uint8Array(Buffer.from(name, 'hex'));
