import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToDirectory, DirectoryBody, emptyDirectory, publish, siteData } from '../../src/site/index.ts';

const at = (hour: number): string => `2026-11-24T${String(hour).padStart(2, '0')}:00:00.000Z`;
const published = (value: unknown, hour: number, ward?: string) =>
  publish(value, {
    what: ward === undefined ? 'formulary' : 'ward-settings',
    recordedAt: at(hour),
    by: 'Adam Lind',
    ...(ward === undefined ? {} : { ward }),
  })!.map((body) => DirectoryBody.parse(body));

/** Incompressible, so that it takes several entries. */
const noise = (length: number, seed: number): string => {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
};

describe('what a hospital brings along', () => {
  it('LAW: in whatever order parts of publications come, the newest that is whole holds', () => {
    const [first, second] = [[noise(400_000, 7)], [noise(300_000, 11)]];
    const bodies = [...published(first, 10), ...published(second, 11)];
    expect(bodies.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(bodies, { minLength: bodies.length }),
        fc.nat(1),
        (shuffled, repeats) => {
          const { data } = bodiesIn([...shuffled, ...(repeats ? shuffled : [])]);
          expect(siteData(data, 'formulary')?.recordedAt).toBe(at(11));
          expect(siteData(data, 'formulary')?.read()).toEqual(second);
        },
      ),
      { numRuns: 20 },
    );
    // One part is missing: the one before holds.
    const { data } = bodiesIn(bodies.slice(0, -1));
    expect(siteData(data, 'formulary')?.read()).toEqual(first);
  });

  it('each ward has settings of its own', () => {
    const { data } = bodiesIn([...published({ n: 1 }, 10, 'icu'), ...published({ n: 2 }, 9, '4-west')]);
    expect(siteData(data, 'ward-settings', 'icu')?.read()).toEqual({ n: 1 });
    expect(siteData(data, 'ward-settings', '4-west')?.read()).toEqual({ n: 2 });
    expect(siteData(data, 'ward-settings', 'er')).toBeUndefined();
  });
});

function bodiesIn(bodies: readonly DirectoryBody[]) {
  const directory = emptyDirectory();
  for (const body of bodies) addToDirectory(directory, body);
  return directory;
}
