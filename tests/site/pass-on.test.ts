import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holdRecord,
  lackedBy,
  mayRead,
  moveScope,
  type RecordItem,
  toPassOn,
  wardScope,
} from '../../src/site/index.ts';

/**
 * Who passes on what, as a law: replicas of a ward that a patient left, of the ward where the patient is, and a server,
 * exchanging and passing on in any order. The rules are the real ones; an entry is its hash and its writer.
 */

const HOME = wardScope('4-west');
const BETWEEN = moveScope('4-west', '5-east');

type Found = { item: RecordItem; scope: string };
interface Replica {
  name: string;
  wards: string[];
  found: Found[];
}

const anItem = (hash: string, writer: string): RecordItem =>
  ({ hash, entry: { log: `log of ${writer}` }, opening: { opening: { writer } } }) as unknown as RecordItem;

const sameFound = (a: Found, b: Found): boolean => a.item.hash === b.item.hash && a.scope === b.scope;

/** What the header lets go over, as offer and grants have it. */
function give(from: Replica, to: Replica): void {
  for (const found of from.found)
    if (mayRead(to.wards, found.scope) && !to.found.some((other) => sameFound(other, found)))
      to.found.push(found);
}

/** Resolves with how many entries went into packets. */
function passOn(replica: Replica, mover: string): number {
  const lacked = lackedBy('5-east', holdRecord(replica.found));
  const items = replica.name === 'server' ? lacked : toPassOn(lacked, replica.name, replica.name === mover);
  replica.found.push(...items.map((item) => ({ item, scope: BETWEEN })));
  return items.length;
}

const TABLETS = ['tablet 1', 'tablet 2', 'tablet 3'];
const NAMES = [...TABLETS, 'server', 'new ward'];

function aWorld(writers: readonly string[]): { replicas: Map<string, Replica>; hashes: string[] } {
  const replicas = new Map(
    NAMES.map((name): [string, Replica] => [
      name,
      {
        name,
        wards: name === 'server' ? ['4-west', '5-east'] : name === 'new ward' ? ['5-east'] : ['4-west'],
        found: [],
      },
    ]),
  );
  for (const [n, writer] of writers.entries())
    replicas.get(writer)!.found.push({ item: anItem(`entry ${n}`, writer), scope: HOME });
  return { replicas, hashes: writers.map((_, n) => `entry ${n}`) };
}

const step = fc.oneof(
  fc.record({ from: fc.constantFrom(...NAMES), to: fc.constantFrom(...NAMES) }),
  fc.record({ passes: fc.constantFrom(...TABLETS, 'server') }),
);

describe('what a moved patient’s old ward passes on', () => {
  it.each([
    ['with a server', true],
    ['by tablets alone, in the dark', false],
  ])('reaches the new ward whole and once, %s, in any order of exchanges', (_, withServer) => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TABLETS), { maxLength: 8 }),
        fc.constantFrom(...TABLETS),
        fc.array(step, { maxLength: 30 }),
        (writers, mover, steps) => {
          const { replicas, hashes } = aWorld(writers);
          const at = (name: string): Replica => replicas.get(name)!;
          const isThere = (name: string): boolean => withServer || name !== 'server';
          for (const taken of steps) {
            if ('passes' in taken) {
              if (isThere(taken.passes)) passOn(at(taken.passes), mover);
            } else if (isThere(taken.from) && isThere(taken.to)) give(at(taken.from), at(taken.to));
          }
          const names = NAMES.filter(isThere);
          const meet = (): void => {
            for (const from of names) for (const to of names) give(at(from), at(to));
          };
          meet();
          for (const name of names) if (name !== 'new ward') passOn(at(name), mover);
          meet();

          const arrived = holdRecord(at('new ward').found);
          expect(arrived.map(({ item }) => item.hash).sort()).toEqual([...hashes].sort());
          // Nothing of the ward's own logs came with it, and there is nothing left to pass on.
          expect(arrived.flatMap(({ scopes }) => scopes)).not.toContain(HOME);
          for (const name of names) if (name !== 'new ward') expect(passOn(at(name), mover)).toBe(0);
        },
      ),
    );
  });
});
