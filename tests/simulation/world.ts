import {
  type Bytes,
  type Entry,
  type Hlc,
  MAX_AHEAD_MS,
  readEntry,
  toHex,
  type VersionVector,
} from '../../src/log/index.ts';
import type { Acknowledgement } from '../../src/seal/index.ts';
import { CarrierError, exchange, lackingEntries, type Place } from '../../src/sync/index.ts';
import { SimulatedCarrier } from './carrier.ts';
import { foldAll } from './charts.ts';
import { someContent } from './contents.ts';
import { hashNow } from './crypto.ts';
import { directoryOn, emptyDisk, everythingOn, type StoredEntry, standingOn } from './disk.ts';
import { type Kind, Replica } from './replica.ts';
import { Scheduler } from './scheduler.ts';

/** Ways to be wrong, each of which the invariants must catch. */
export const MUTANTS = [
  'acknowledge before commit',
  'skip gaps',
  'trust signatures',
  'overwrite',
  'drop branches',
  'saved before written',
  'half a transaction',
  'believe any acknowledgement',
  'no journal',
  'purge what is acknowledged',
  'purge what was not acknowledged',
  'believe a revoked tablet',
  'believe what was taken over',
  'write on after a fork',
  'carry again and again',
  'forget our history',
  'unbounded clock',
  'acknowledge what was refused',
  'never learn of a restore',
] as const;
export type Mutant = (typeof MUTANTS)[number];

export class Broken extends Error {}

/** A hospital of a few tablets, a hub and a server, with everything going wrong that the seed asks for. */
export class World {
  readonly scheduler: Scheduler;
  readonly mutant: Mutant | undefined;
  readonly site = 'd'.repeat(32);
  readonly siteKey = 'the site';
  /** Hashes of every entry that somebody really wrote. */
  readonly authentic = new Set<string>();
  /** What the server signed for and has to hold. */
  said: Acknowledgement[] = [];
  /** Each revocation, with the entries of the device that stood at the server when it was said. */
  readonly revocations: { device: string; stood: Set<string>; placesLost?: true }[] = [];
  /** Hashes of what each device wrote, whichever of its copies. */
  readonly writtenBy = new Map<string, Set<string>>();
  /** Hashes that a closing covers: replicas may have purged them. */
  readonly closed = new Set<string>();
  readonly #everSaid = new Set<string>();
  faults = true;
  recovering = false;
  readonly replicas: Replica[] = [];
  #broken: Broken | undefined;
  #cut = new Set<string>();
  #logs = 0;
  /** Entries that a device lost with its disk, or gave up by being restored: nobody else has them. */
  readonly #backups = new Map<Replica, ReturnType<Replica['backup']>>();
  readonly patients = ['1', '2', '3'].map((digit) => digit.repeat(32));
  readonly trace: string[] = [];

  constructor(seed: number, mutant?: Mutant) {
    this.scheduler = new Scheduler(seed);
    this.mutant = mutant;
  }

  // What replicas ask for.

  newLog(): string {
    this.#logs += 1;
    return toHex(hashNow(new TextEncoder().encode(`log ${this.#logs}`) as Bytes)).slice(0, 32);
  }
  newEpoch(number: number): string {
    return `${String(number).padStart(6, '0')}-${toHex(hashNow(new TextEncoder().encode(`epoch ${number} ${this.scheduler.random()}`) as Bytes)).slice(0, 32)}`;
  }
  diskDelay(): number {
    return this.faults && this.scheduler.chance(0.02) ? 4_000 : 1 + this.scheduler.pick(12);
  }
  readAll(payloads: readonly Bytes[]): Entry[] {
    return payloads.flatMap((bytes) => {
      const read = readEntry(bytes);
      return read.ok ? [read.entry] : [];
    });
  }
  connected(a: Replica, b: Replica): boolean {
    return !this.#cut.has(a.name) && !this.#cut.has(b.name);
  }
  isOn(replica: Replica, hash: string): boolean {
    return everythingOn(replica.disk).has(hash);
  }
  /** Only the purging mutant does this. */
  forget(replica: Replica, log: string, through: number): void {
    if ((replica.disk.entries.get(log)?.length ?? 0) > through) return;
    replica.disk.entries.delete(log);
    replica.disk.logs.delete(log);
  }

  wrote(device: string, hash: string): void {
    this.authentic.add(hash);
    const known = this.writtenBy.get(device);
    if (known) known.add(hash);
    else this.writtenBy.set(device, new Set([hash]));
  }

  say(acknowledgement: Acknowledgement): void {
    this.said.push(acknowledgement);
    this.#everSaid.add(`${acknowledgement.signature} ${acknowledgement.seq}`);
  }

  // Invariants at every step.

  #break(replica: Replica, what: string): void {
    this.#broken ??= new Broken(`${replica.name}: ${what}`);
  }
  mustBeAuthentic(replica: Replica, row: StoredEntry): void {
    if (!this.authentic.has(row.hash)) this.#break(replica, 'holds an entry that nobody wrote');
  }
  mustBeChained(replica: Replica, log: string, rows: readonly StoredEntry[]): void {
    for (let n = 0; n < rows.length; n++) {
      const row = rows[n];
      if (!row || row.entry.seq !== n + 1) {
        this.#break(replica, `log ${log} has a gap`);
        return;
      }
      const before = n === 0 ? null : rows[n - 1]!.hash;
      if ((row.entry.prev && toHex(row.entry.prev)) !== before)
        this.#break(replica, `log ${log} is not a chain`);
    }
  }
  mustBeNear(replica: Replica, before: Hlc, after: Hlc): void {
    if (after[0] > Math.max(before[0], replica.now + MAX_AHEAD_MS))
      this.#break(replica, 'its clock was moved by another whose clock is wrong');
  }
  mustHaveBeenSaid(replica: Replica, acknowledgement: Acknowledgement): void {
    if (!this.#everSaid.has(`${acknowledgement.signature} ${acknowledgement.seq}`))
      this.#break(replica, 'believes an acknowledgement that the server never gave');
  }
  /** After a crash: what the server signed for in this epoch, and what a tablet called saved. */
  mustHoldWhatItSaid(replica: Replica): void {
    const held = everythingOn(replica.disk);
    for (const hash of replica.saved)
      if (!held.has(hash) && !this.#mayBePurged(replica, hash))
        this.#break(replica, 'lost an entry that it had called saved');
    if (replica.kind !== 'server') return;
    for (const { hash } of this.said)
      if (!held.has(hash)) this.#break(replica, 'lost an entry that it had acknowledged');
  }

  /** On a tablet, and named by the server's closing, which held it then. */
  #mayBePurged(replica: Replica, hash: string): boolean {
    return replica.kind === 'tablet' && this.closed.has(hash);
  }

  // The story.

  #add(name: string, kind: Kind): Replica {
    const device = toHex(hashNow(new TextEncoder().encode(name) as Bytes)).slice(0, 32);
    const key = kind === 'server' ? this.siteKey : `key of ${name}`;
    const replica = new Replica(this, name, kind, device, key, emptyDisk(this.newEpoch(1)));
    this.replicas.push(replica);
    return replica;
  }

  async run(steps: number): Promise<void> {
    let done = false;
    let failure: unknown;
    const story = this.#story(steps)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        done = true;
      });
    await this.scheduler.run(() => {
      if (this.#broken) throw this.#broken;
    });
    await Promise.race([story, new Promise((resolve) => setImmediate(resolve))]);
    if (failure) throw failure;
    if (!done) throw new Broken('the story stopped: something waits for ever');
  }

  async #story(steps: number): Promise<void> {
    const server = this.#add('server', 'server');
    const hub = this.#add('hub', 'hub');
    const tablets = [1, 2, 3].map((n) => this.#add(`tablet ${n}`, 'tablet'));
    for (const { device, name } of [hub, ...tablets])
      await server.write('directory', null, { kind: 'device-enrolled', device, key: `key of ${name}` });
    server.crash();
    await server.start();
    for (const replica of [hub, ...tablets]) await this.#exchange(replica, server);
    for (let step = 0; step < steps; step++) {
      this.#step(server, hub, tablets);
      await this.scheduler.sleep(this.scheduler.pick(400));
    }
    await this.scheduler.sleep(60_000);
    await this.#heal(server);
    await this.#mustAgree(server);
  }

  #step(server: Replica, hub: Replica, tablets: Replica[]): void {
    const { scheduler } = this;
    const tablet = scheduler.oneOf(tablets);
    const dice = scheduler.random();
    const say = (what: string): void => void this.trace.push(`${scheduler.now} ${what}`);
    if (dice < 0.35) {
      if (tablet.alive)
        void tablet.write('ward:4-west', scheduler.oneOf(this.patients), someContent(this, tablet));
    } else if (dice < 0.62) {
      void this.#exchange(tablet, scheduler.chance(0.6) ? server : hub);
    } else if (dice < 0.7) {
      void this.#exchange(hub, server);
    } else if (dice < 0.75) {
      void this.#handOver(tablet, scheduler.oneOf(tablets));
    } else if (dice < 0.84) {
      const victim = scheduler.oneOf(this.replicas);
      say(`${victim.name} crashes`);
      void this.#restart(victim);
    } else if (dice < 0.88) {
      const name = scheduler.oneOf(this.replicas).name;
      if (!this.#cut.delete(name)) this.#cut.add(name);
    } else if (dice < 0.9) {
      tablet.clockError = scheduler.oneOf([0, 0, -3, 5, 40 * 24 * 365]) * 3_600_000;
      say(`${tablet.name} clock ${tablet.clockError}`);
    } else if (dice < 0.93) {
      void this.#attack(scheduler.oneOf(this.replicas));
    } else if (dice < 0.95) {
      const replica = scheduler.oneOf([server, tablet]);
      say(`backup of ${replica.name}`);
      this.#backups.set(replica, replica.backup());
    } else if (dice < 0.97) {
      const [replica, backup] = scheduler.oneOf([...this.#backups]) ?? [];
      if (!replica?.alive || !backup) return;
      say(`${replica.name} is restored`);
      replica.restore(backup);
      this.#backups.delete(replica);
      // What it signed for in the life that is gone binds it no more; it will learn that from the others.
      if (replica === server) {
        this.said = this.said.filter(({ hash }) => this.isOn(server, hash));
        // A revocation names places. Where the server lost what stood there, whoever is first takes them (SECURITY.md).
        for (const revoked of this.revocations)
          if ([...revoked.stood].some((hash) => !this.isOn(server, hash))) revoked.placesLost = true;
      }
    } else if (dice < 0.973) {
      void this.#revoke(server, tablet);
    } else if (dice < 0.979) {
      say('the outage is closed');
      void this.#close(server);
    } else if (tablets.length < 5) {
      const clone = new Replica(
        this,
        `clone of ${tablet.name}`,
        'tablet',
        tablet.device,
        `key of ${tablet.name.replace(/^(clone of )+/, '')}`,
        tablet.backup().disk,
      );
      say(clone.name);
      tablets.push(clone);
      this.replicas.push(clone);
    }
  }

  async #restart(replica: Replica): Promise<void> {
    if (!replica.alive) return;
    replica.alive = false;
    replica.crash();
    await this.scheduler.sleep(this.scheduler.pick(2000));
    await replica.start();
  }

  async #exchange(from: Replica, to: Replica): Promise<void> {
    if (!from.alive) return;
    try {
      const offer = await exchange(from, new SimulatedCarrier(this, from, to), () => undefined);
      if (from.kind !== 'tablet') return;
      if (to.kind === 'server') from.disk.epoch = offer.epoch;
      await from.purge();
    } catch (error) {
      if (!(error instanceof CarrierError)) this.#broken ??= new Broken(`${from.name}: ${String(error)}`);
    }
  }

  /** Records staff close the outage: of each log up to its end, or to where something is still open. */
  async #close(server: Replica): Promise<void> {
    if (!server.alive) return;
    const points: Place[] = [];
    for (const [log, rows] of server.disk.entries) {
      if (server.disk.logs.get(log)?.opening.scope === 'directory') continue;
      const seq = this.scheduler.chance(0.7) ? rows.length : 1 + this.scheduler.pick(rows.length);
      points.push({ log, seq, hash: rows[seq - 1]!.hash });
      for (const { hash } of rows.slice(0, seq)) this.closed.add(hash);
    }
    if (points.length > 0) await server.tell({ kind: 'outage-closed', points });
  }

  /** A tablet is lost: up to here it is believed, and its copies with it. A ward keeps two. */
  async #revoke(server: Replica, { device, name }: Replica): Promise<void> {
    const { directory } = directoryOn(server.disk);
    const inUse = new Set(
      this.replicas.flatMap((one) =>
        one.kind === 'tablet' && !directory.revokedDevices.has(one.device) ? [one.device] : [],
      ),
    );
    if (!server.alive || !inUse.has(device) || inUse.size < 3) return;
    this.trace.push(`${this.scheduler.now} ${name} is revoked`);
    const stood = new Set<string>();
    const logs: { log: string; seq: number }[] = [];
    for (const [log, rows] of server.disk.entries) {
      if (server.disk.logs.get(log)?.opening.writer !== device) continue;
      logs.push({ log, seq: rows.length });
      for (const { hash } of rows) stood.add(hash);
    }
    const revocation = this.revocations.push({ device, stood }) - 1;
    const recordedAt = new Date(server.now).toISOString();
    await server.tell({
      kind: 'device-revoked',
      recordedAt,
      device,
      logs,
      reason: 'left in a taxi',
      revocation,
    });
  }

  /** Replicas of tablets that are in use: whoever is revoked is told nothing more. */
  #inUse(server: Replica): Replica[] {
    const { revokedDevices } = directoryOn(server.disk).directory;
    return this.replicas.filter(({ device }) => !revokedDevices.has(device));
  }

  /** By hand, QR or stick: what the other lacks, no questions asked. */
  async #handOver(from: Replica, to: Replica): Promise<void> {
    if (!from.alive || !to.alive) return;
    const entries = await lackingEntries(from, await to.vector(), from.disk.epoch);
    if (to.alive) await to.receive(entries);
  }

  /** Somebody on the network sends what was never written: noise, changed bytes, entries signed with no key. */
  async #attack(victim: Replica): Promise<void> {
    if (!victim.alive) return;
    const { scheduler } = this;
    const rows = scheduler.oneOf([...scheduler.oneOf(this.replicas).disk.entries.values()]) ?? [];
    const row = rows[scheduler.pick(rows.length)];
    if (!row) return;
    const bytes = new Uint8Array(row.entry.bytes);
    bytes[scheduler.pick(bytes.length)]! ^= 1 + scheduler.pick(255);
    await victim.receive([bytes]);
  }

  async #heal(server: Replica): Promise<void> {
    this.faults = false;
    this.#cut.clear();
    for (const replica of this.replicas) replica.clockError = 0;
    for (const replica of this.replicas.filter((one) => !one.alive)) await replica.start();
    // Once everything is the same everywhere, one more round lets everybody hear it.
    for (let round = 0, same = 0; round < 15; round++) {
      const before = JSON.stringify(await server.vector());
      await server.carryBranches();
      if (JSON.stringify(await server.vector()) !== before) same = 0;
      for (const replica of this.replicas) if (replica !== server) await this.#exchange(replica, server);
      same = (await this.#allTheSame(server)) ? same + 1 : 0;
      if (same === 2) return;
    }
    throw new Broken('the replicas do not come to hold the same logs');
  }

  async #allTheSame(server: Replica): Promise<boolean> {
    const atServer = await server.vector();
    const heads = new Map<string, Set<string>>();
    const inUse = this.#inUse(server);
    const vectors = await Promise.all(inUse.map((replica) => replica.vector()));
    for (const log of new Set(vectors.flatMap((vector) => Object.keys(vector)))) {
      const said = vectors.flatMap((vector) => {
        const [seq, hash] = vector[log] ?? [0, ''];
        return this.#wentWithTheBackup(atServer, log, seq, hash) ? [] : [`${seq} ${hash}`];
      });
      heads.set(log, new Set(said));
    }
    const others = inUse.filter((replica) => replica !== server);
    const waiting = await Promise.all(
      others.map((replica) => replica.unacknowledgedBranches(server.disk.epoch)),
    );
    return [...heads.values()].every((said) => said.size <= 1) && waiting.flat().length === 0;
  }

  /** A log that was settled, purged there, and lost in part by the server when it was restored: nothing needs the rest. */
  #wentWithTheBackup(server: VersionVector, log: string, seq: number, hash: string): boolean {
    return (server[log]?.[0] ?? 0) < seq && this.closed.has(hash);
  }

  // Invariants at the end.

  /** Without what closings cover: that may be purged here and kept there. */
  #open<T>(standing: Map<string, T>): Map<string, T> {
    return new Map([...standing].filter(([hash]) => !this.closed.has(hash)));
  }

  async #mustAgree(server: Replica): Promise<void> {
    const standing = this.#open(standingOn(server.disk, hashNow));
    const atServer = await server.vector();
    const inUse = new Set(this.#inUse(server));
    for (const replica of this.replicas) {
      this.mustHoldWhatItSaid(replica);
      // What a revoked tablet sends is kept like the rest, believed or not.
      for (const hash of everythingOn(replica.disk).keys())
        if (!standing.has(hash) && !this.closed.has(hash))
          throw new Broken(`${replica.name} holds an entry that stands in no log of the server`);
      if (!inUse.has(replica)) continue;
      const ours = this.#open(standingOn(replica.disk, hashNow));
      if (ours.size !== standing.size) throw new Broken(`${replica.name} does not hold the same set`);
      for (const [log, { acknowledgement }] of replica.disk.logs) {
        if (replica === server) continue;
        const last = replica.disk.entries.get(log)?.at(-1);
        const head = last?.entry.seq;
        if (last && this.#wentWithTheBackup(atServer, log, last.entry.seq, last.hash)) continue;
        if (acknowledgement?.epoch !== server.disk.epoch || acknowledgement.seq !== head)
          throw new Broken(`${replica.name} does not know that everything is at the server`);
      }
    }
    const carried = [...server.disk.entries.values()].flatMap((rows) =>
      rows.flatMap(({ entry }) => JSON.parse(new TextDecoder().decode(entry.box)).carried ?? []),
    );
    if (new Set(carried).size !== carried.length) throw new Broken('an entry was taken over twice');
    const shown = [...inUse].map((replica) => foldAll(replica, this));
    if (new Set(shown.map(({ charts }) => charts)).size !== 1)
      throw new Broken('two replicas show different charts of the same entries');
    for (const number of directoryOn(server.disk).revocations) {
      const { device, stood, placesLost } = this.revocations[number]!;
      if (placesLost) continue;
      for (const hash of this.writtenBy.get(device) ?? [])
        if (!stood.has(hash) && shown.some(({ believed }) => believed.has(hash)))
          throw new Broken('an entry of a revoked tablet is believed that came after its revocation');
    }
  }
}
