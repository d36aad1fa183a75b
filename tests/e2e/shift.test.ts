import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BoardRow, Draft } from '../../src/clinical/index.ts';
import { enrol, freePort, type Hospital, openHospital, openTablet, PINS, unlock } from './hospital.ts';
import { callVault, watchVault } from './vault-calls.ts';

/**
 * A shift of twelve hours: thirty patients, three tablets, some fifteen hundred entries, through the vault's own calls. At
 * its end board, medication record and fluid balances are what is reckoned here from the raw entries alone, by code that
 * shares nothing with the app's.
 */
const folder = mkdtempSync(join(tmpdir(), 'lamplight-shift-'));
const HOUR = 3_600_000;
const HOURS = 12;
const TABLETS = 3;

interface Written {
  id: string;
  patient: string;
  draft: Draft;
}
const written: Written[] = [];
let hospital: Hospital;
const tablets: BrowserContext[] = [];
const pages: Page[] = [];
let rows: BoardRow[];
/** Whole minutes, so that nothing depends on the second. */
const end = Math.floor(Date.now() / 60_000) * 60_000;
const start = end - HOURS * HOUR;

/** Every fifth patient's order is changed after six hours; the dose before that nobody charts. */
const CHANGE_HOUR = 6;
const isChanged = (index: number): boolean => index % 5 === 1;

/** The same shift on every run. */
let seed = 20_261_125;
const random = (below: number): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

async function write(tablet: number, patient: string, draft: Draft, pin?: string): Promise<string> {
  const result = await callVault(pages[tablet % TABLETS]!, 'append', {
    patient,
    draft,
    ...(pin === undefined ? {} : { pin }),
  });
  if (!result.ok) throw new Error(`${draft.kind}: ${result.error.message}`);
  written.push({ id: result.value.id, patient, draft });
  return result.value.id;
}

const iso = (ms: number): string => new Date(ms).toISOString();

beforeAll(async () => {
  hospital = await openHospital({ port: await freePort(), data: join(folder, 'data') });
  for (let index = 0; index < TABLETS; index++) {
    const tablet = await openTablet(join(folder, `profile-${index}`));
    tablets.push(tablet);
    await watchVault(tablet);
    const page = await tablet.newPage();
    pages.push(page);
    await enrol(page, hospital.url, '4 West', `4 West tablet ${index + 1}`).catch(async () => {
      throw new Error(`tablet ${index + 1} was not enrolled`);
    });
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await page.getByText(/EHR data as of/).waitFor();
  }
  await unlock(pages[0]!, 'Dr Mei Tanaka', PINS.clinician);
  await pages[0]!.locator('.board-row').first().waitFor();
  await vi.waitFor(
    async () => {
      rows = await callVault(pages[0]!, 'board');
      expect(rows.length).toBeGreaterThanOrEqual(30);
    },
    { timeout: 60_000 },
  );
  rows = rows.slice(0, 30);
}, 300_000);

afterAll(async () => {
  for (const tablet of tablets) await tablet.close();
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Every tablet holds every entry, and none is on one tablet only. */
async function everywhere(): Promise<void> {
  for (const page of pages)
    await vi.waitFor(
      async () => {
        expect((await callVault(page, 'status')).counts.onThisTabletOnly).toBe(0);
        for (const { patient } of rows) {
          const chart = await callVault(page, 'chart', patient, true);
          expect(chart?.history.length).toBe(written.filter((entry) => entry.patient === patient).length);
        }
      },
      { timeout: 180_000, interval: 1_000 },
    );
}

/** NEWS2 by the college's Chart 1, written again from the paper for scale 1. */
function news2(v: {
  respirationRate: number;
  oxygenSaturation: number;
  oxygenDevice: string;
  systolic: number;
  pulse: number;
  consciousness: string;
  temperature: number;
}): number {
  const step = (value: number, ...limits: [below: number, score: number][]): number =>
    limits.find(([below]) => value < below)?.[1] ?? 0;
  const last = Number.POSITIVE_INFINITY;
  return (
    step(v.respirationRate, [9, 3], [12, 1], [21, 0], [25, 2], [last, 3]) +
    step(v.oxygenSaturation, [92, 3], [94, 2], [96, 1], [last, 0]) +
    (v.oxygenDevice === 'A' ? 0 : 2) +
    step(v.systolic, [91, 3], [101, 2], [111, 1], [220, 0], [last, 3]) +
    step(v.pulse, [41, 3], [51, 1], [91, 0], [111, 1], [131, 2], [last, 3]) +
    (v.consciousness === 'alert' ? 0 : 3) +
    step(v.temperature, [35.1, 3], [36.1, 1], [38.1, 0], [39.1, 1], [last, 2])
  );
}

/** Entries that nothing replaced. */
function standing(patient: string): Written[] {
  const own = written.filter((entry) => entry.patient === patient);
  const replaced = new Set(own.map(({ draft }) => draft.replaces));
  return own.filter(({ id, draft }) => !replaced.has(id) && draft.kind !== 'entered-in-error');
}

/** The ward's day of a moment in Chicago: it begins at 06:00. */
function dayOf(ms: number): string {
  const local = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'America/Chicago',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const [year, month, day, hour] = (['year', 'month', 'day', 'hour'] as const).map((part) =>
    Number(local.find(({ type }) => type === part)!.value),
  ) as [number, number, number, number];
  // By the clock on the wall, not six hours after midnight: twice a year these are not the same.
  return new Date(Date.UTC(year, month - 1, hour < 6 ? day - 1 : day)).toISOString().slice(0, 10);
}

describe('a scripted shift', () => {
  it('is charted on three tablets', async () => {
    const signOrder = (patient: string, hour: number, dueHour: number, changes?: string): Promise<string> =>
      write(
        0,
        patient,
        {
          kind: 'order-signed',
          effectiveAt: iso(start + hour * HOUR),
          detail: {
            category: 'medication',
            medication: { text: 'quinine 300 mg capsule' },
            dose: { value: 300, unit: 'mg' },
            route: 'PO',
            schedule: { type: 'every', hours: 4 },
            startAt: iso(start + dueHour * HOUR),
          },
          ...(changes === undefined ? {} : { changes }),
          overrides: [],
        },
        PINS.clinician,
      );
    const orders = new Map<string, string>();
    const newer = new Map<string, string>();
    for (const [index, { patient }] of rows.entries()) {
      const id = await signOrder(patient, 0, 0);
      orders.set(patient, id);
      if (isChanged(index)) newer.set(patient, await signOrder(patient, CHANGE_HOUR, 8, id));
    }
    await pages[0]!.getByRole('button', { name: 'Lock' }).click();
    await unlock(pages[0]!, 'Nora Quinn', PINS.nurse);
    await unlock(pages[1]!, 'Sam Okafor', '246801');
    await unlock(pages[2]!, 'Nora Quinn', PINS.nurse);
    for (const page of pages) await page.locator('.board-row').first().waitFor();

    for (const [index, { patient }] of rows.entries()) {
      let tablet = index;
      const chart = (minutes: number, draft: Record<string, unknown>): Promise<string> => {
        tablet += 1;
        return write(tablet, patient, { effectiveAt: iso(start + minutes * 60_000), ...draft } as Draft);
      };
      await chart(0, { kind: 'patient-taken', action: 'taken' });
      await chart(1, { kind: 'order-acknowledged', order: orders.get(patient) });
      for (let hour = 0; hour < HOURS; hour++) {
        const at = hour * 60 + random(50);
        await chart(at, { kind: 'fluid-recorded', route: 'oral', volumeMl: 50 + random(200) });
        if (hour % 2 === 0) {
          await chart(at + 2, { kind: 'fluid-recorded', route: 'urine', volumeMl: 30 + random(300) });
        }
        await chart(at + 3, {
          kind: 'vital-signs',
          values: {
            saturationScale: 1,
            respirationRate: 8 + random(20),
            oxygenSaturation: 90 + random(11),
            oxygenDevice: random(4) === 0 ? 'N' : 'A',
            systolic: 85 + random(140),
            diastolic: 60,
            pulse: 38 + random(100),
            consciousness: random(8) === 0 ? 'voice' : 'alert',
            temperature: (350 + random(45)) / 10,
          },
        });
        if (hour % 3 === 0) await chart(at + 4, { kind: 'pain-assessed', atRest: random(11) });
        if (hour % 4 === 0 && !(isChanged(index) && hour === 4)) {
          const given = random(5) > 0;
          await chart(hour * 60 + random(30), {
            kind: 'medication-administration',
            order: (hour < CHANGE_HOUR ? undefined : newer.get(patient)) ?? orders.get(patient),
            dueAt: iso(start + hour * HOUR),
            medication: { text: 'quinine 300 mg capsule' },
            overrides: [],
            ...(given
              ? { outcome: 'given', dose: { value: 300, unit: 'mg' } }
              : { outcome: 'held', notGivenReason: 'nil-by-mouth' }),
          });
          await chart(at + 5, {
            kind: 'glucose-measured',
            value: 80 + random(150),
            unit: 'mg/dL',
            sample: 'capillary',
          });
          await chart(at + 6, { kind: 'note', noteType: 'nursing', text: `Round of hour ${hour}.` });
        }
      }
      if (index % 2 === 0) {
        const infusion = {
          order: 'c'.repeat(32),
          medication: { text: 'sodium chloride 0.9 %' },
          overrides: [],
        };
        await chart(120, { kind: 'infusion-charted', ...infusion, action: 'started', rateMlPerHour: 60 });
        await chart(240, {
          kind: 'infusion-charted',
          ...infusion,
          action: 'rate-changed',
          rateMlPerHour: 120,
        });
        await chart(300, { kind: 'infusion-charted', ...infusion, action: 'stopped' });
      }
    }
    // What one tablet charted, another corrects: it has to have come there first.
    await everywhere();
    for (const [index, { patient }] of rows.entries()) {
      const amounts = written.filter(
        (entry) => entry.patient === patient && entry.draft.kind === 'fluid-recorded',
      );
      const wrong = amounts[random(5)]!;
      const { volumeMl: _, ...rest } = wrong.draft as Draft & { volumeMl?: number };
      await write(index + 1, patient, {
        ...rest,
        volumeMl: 333,
        replaces: wrong.id,
        reason: 'Misread',
      } as Draft);
      await write(index + 2, patient, {
        kind: 'entered-in-error',
        effectiveAt: iso(end - 60_000),
        replaces: amounts[6 + random(5)]!.id,
        reason: 'Other patient',
      });
    }
    console.log(`${written.length} entries of ${rows.length} patients on ${TABLETS} tablets`);
    expect(written.length).toBeGreaterThan(1_400);
  }, 600_000);

  it('every tablet comes to hold every entry, and the board shows what they say', async () => {
    await everywhere();
    for (const page of pages) {
      await vi.waitFor(
        async () => {
          const board = new Map((await callVault(page, 'board')).map((row) => [row.patient, row]));
          for (const { patient } of rows) {
            const own = standing(patient);
            const sets = own
              .flatMap(({ draft }) => (draft.kind === 'vital-signs' ? [draft] : []))
              .sort((a, b) => Date.parse(b.effectiveAt) - Date.parse(a.effectiveAt));
            const row = board.get(patient)!;
            const adult =
              row.birthDate === undefined || Date.parse(row.birthDate) < end - 16 * 365.25 * 24 * HOUR;
            if (adult)
              expect(row.news2).toMatchObject({
                total: news2(sets[0]!.values as Parameters<typeof news2>[0]),
                effectiveAt: sets[0]!.effectiveAt,
              });
            const [first, second] = own.filter(({ draft }) => draft.kind === 'order-signed');
            const order = (second ?? first)!.id;
            const charted = new Set(
              own.flatMap(({ draft }) =>
                draft.kind === 'medication-administration' ? [draft.dueAt ?? ''] : [],
              ),
            );
            // Every four hours from the order's start: what nobody charted is still asked for, though not on a round
            // where the order has been changed since.
            const open = Array.from({ length: 6 }, (_, n) => start + n * 4 * HOUR)
              .filter((due) => second === undefined || due >= start + CHANGE_HOUR * HOUR)
              .map(iso)
              .filter((dueAt) => !charted.has(dueAt));
            if (second) expect(row.doses.filter((dose) => dose.order === first!.id)).toEqual([]);
            expect(
              row.doses
                .filter((dose) => dose.order === order)
                .map(({ dueAt }) => dueAt)
                .slice(0, open.length),
            ).toEqual(open);
            expect(row.takenBy).toHaveLength(1);
          }
        },
        { timeout: 60_000 },
      );
    }
  }, 300_000);

  it('the medication record shows each dose once, as it was charted, on every tablet', async () => {
    for (const page of pages) {
      for (const { patient } of rows) {
        const chart = await callVault(page, 'chart', patient, true);
        const own = standing(patient);
        const doses = own.flatMap(({ id, draft }) =>
          draft.kind === 'medication-administration'
            ? [{ id, dueAt: draft.dueAt, outcome: draft.outcome }]
            : [],
        );
        const shown = chart!.dueDoses
          .filter(({ administration }) => administration !== undefined)
          .map(({ administration, dueAt, state }) => ({ id: administration, dueAt, outcome: state }));
        expect(shown.sort((a, b) => a.dueAt.localeCompare(b.dueAt))).toEqual(
          doses.sort((a, b) => (a.dueAt ?? '').localeCompare(b.dueAt ?? '')),
        );
        // The dose of before the change that nobody charted is in sight, once, on the order that asked for it.
        const changed = own.find(({ draft }) => 'changes' in draft);
        expect(
          chart!.dueDoses
            .filter(({ state }) => state === 'not-charted')
            .map(({ order, dueAt }) => ({ order, dueAt })),
        ).toEqual(
          changed && 'changes' in changed.draft
            ? [{ order: changed.draft.changes, dueAt: iso(start + 4 * HOUR) }]
            : [],
        );
        expect(chart!.conflicts).toEqual([]);
      }
    }
  }, 300_000);

  it('the fluid balance of each patient, as the screen shows it, is what the raw entries add up to', async () => {
    for (const [index, { patient, name }] of rows.entries()) {
      const page = pages[index % TABLETS]!;
      const days = new Map<string, { in: number; out: number }>();
      const add = (ms: number, ml: number, side: 'in' | 'out'): void => {
        const day = days.get(dayOf(ms)) ?? { in: 0, out: 0 };
        day[side] += ml;
        days.set(dayOf(ms), day);
      };
      const own = standing(patient);
      for (const { draft } of own)
        if (draft.kind === 'fluid-recorded')
          add(Date.parse(draft.effectiveAt), draft.volumeMl ?? 0, draft.route === 'urine' ? 'out' : 'in');
      // Minute by minute: 60 mL/hour for two hours, then 120 for one.
      if (own.some(({ draft }) => draft.kind === 'infusion-charted'))
        for (let minute = 120; minute < 300; minute++)
          add(start + minute * 60_000, minute < 240 ? 1 : 2, 'in');
      const expected = [...days]
        .sort(([a], [b]) => (a < b ? 1 : -1))
        .map(([, day]) => [day.in, day.out, day.in - day.out].map((ml) => Math.round(ml * 10) / 10));

      await page.getByLabel('Find patient').fill(name.family);
      const row = rows[index]!;
      await page.locator('.board-row', { hasText: row.numbers[0]!.value }).first().click();
      const charting = page.getByRole('tab', { name: 'Charting' });
      await charting.click();
      await page
        .getByRole('region', { name: 'Fluid balance', exact: true })
        .locator('table')
        .first()
        .waitFor();
      const shown = await page
        .getByRole('region', { name: 'Fluid balance, scrolls sideways' })
        .locator('tr')
        .evaluateAll((lines) =>
          lines
            .filter((line) => line.querySelector('th')?.textContent?.startsWith('Day from'))
            .map((line) =>
              [...line.querySelectorAll('td')]
                .slice(0, 3)
                .map((cell) => Number(cell.textContent?.replace(/[,+]/g, ''))),
            ),
        );
      expect({ patient: row.numbers[0]!.value, shown }).toEqual({
        patient: row.numbers[0]!.value,
        shown: expected,
      });
      await page.getByRole('button', { name: '‹ Ward board' }).click();
      await page.getByLabel('Find patient').fill('');
    }
  }, 300_000);
});
