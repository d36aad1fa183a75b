import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/clinical/index.ts';
import {
  enrol,
  freePort,
  type Hospital,
  killBrowser,
  openHospital,
  openTablet,
  PINS,
  saveDose,
  signIn,
  unlock,
} from './hospital.ts';
import { expectNothingSerious } from './looking.ts';
import { callVault, watchVault } from './vault-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-story-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
const NOTE = 'Patient comfortable after zolpidem, family informed by telephone';
let port: number;
let hospital: Hospital;
let tablet: BrowserContext;
let page: Page;

async function openPage(): Promise<void> {
  tablet = await openTablet(profile);
  await watchVault(tablet);
  page = await tablet.newPage();
  await page.goto(`http://localhost:${port}/`);
}

const strip = (): Promise<string> =>
  page
    .getByRole('status', { name: 'Where entries are' })
    .textContent()
    .then((text) => text ?? '');

async function counts(): Promise<{ here: number; server: number; ehr: number }> {
  const text = (await strip()).replace(/\s+/g, ' ');
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  return {
    here: number(/(\d+) on this tablet only/),
    server: number(/(\d+) at the server/),
    ehr: number(/(\d+) in the EHR/),
  };
}

beforeAll(async () => {
  port = await freePort();
  hospital = await openHospital({ port, data });
});

afterAll(async () => {
  await tablet?.close().catch(() => undefined);
  await hospital?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

describe('chart in the dark, put it back in the light', () => {
  it('before: a tablet is enrolled by a code that works once, and holds the census', async () => {
    await openPage();
    await enrol(page, hospital.url, '4 West', '4 West tablet 1');
    await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
    await page.getByText(/EHR data as of \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d/).waitFor();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await expect.poll(() => page.locator('.board-row').count()).toBe(30);
    await expectNothingSerious(page);
    const second = await fetch(`${hospital.url}/api/enrol`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'AAAA-AAAA', deviceName: 'x', signingKey: 'x', recipient: 'age1x' }),
    });
    expect(second.status).toBe(403);
  });

  it('during: with no server and a restarted browser, the app opens and a nurse charts on every screen', async () => {
    await hospital.stop('SIGKILL');
    await tablet.close();
    await openPage();
    await page.getByRole('button', { name: /^Nora Quinn/ }).click();
    await page.getByLabel('PIN', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('That is not the PIN of Nora Quinn').waitFor();
    await page.getByLabel('PIN', { exact: true }).fill(PINS.nurse);
    await page.getByRole('button', { name: 'Unlock' }).click();

    await page.getByRole('button', { name: 'New patient' }).click();
    await page.getByLabel('Family name').fill('Zebrowski');
    await page.getByLabel('Given name').fill('Wanda');
    await page.getByLabel('Date of birth').fill('1948-02-03');
    await page.getByLabel('Bed').fill('40');
    await page.getByRole('button', { name: 'Register patient' }).click();
    await page.getByText(/^D[A-Z0-9]{7,}$/).waitFor();
    await page.getByRole('button', { name: 'Open the chart' }).click();
    await page.getByRole('region', { name: 'Patient' }).getByText('ZEBROWSKI, Wanda').waitFor();

    await page.getByRole('button', { name: 'Record vital signs' }).click();
    await page.getByLabel('Pulse', { exact: true }).fill('400');
    await page.getByText('is not possible').waitFor();
    for (const [label, value] of [
      ['Respiration rate', '22'],
      ['Oxygen saturation', '93'],
      ['Systolic', '105'],
      ['Diastolic', '65'],
      ['Pulse', '112'],
      ['Temperature', '38.4'],
    ] as const)
      await page.getByLabel(label, { exact: true }).fill(value);
    await page
      .getByText(/at least/)
      .first()
      .waitFor();
    await page.getByText('Alert', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Air or oxygen' }).click();
    await page.getByRole('option', { name: 'Air', exact: true }).click();
    await page.getByRole('region', { name: 'NEWS2' }).getByText('High risk').waitFor();
    await expectNothingSerious(page);
    await page.getByRole('button', { name: 'Save vital signs' }).click();
    await page.getByText(/Saved on this tablet \d\d:\d\d/).waitFor();
    await page
      .getByRole('alert')
      .getByText(/NEWS2 8 · High risk: emergency response/)
      .waitFor();

    await page.getByRole('button', { name: 'Record allergy' }).click();
    await page.getByLabel('Substance').fill('Penicillin');
    await page.getByRole('button', { name: 'Save allergy' }).click();
    await page
      .getByRole('region', { name: 'Patient' })
      .getByText(/Known allergies Penicillin/)
      .waitFor();
  });

  it('a draft and a saved entry survive a browser that is killed', async () => {
    await page.getByRole('button', { name: 'Write note' }).click();
    await page.getByLabel('Note', { exact: true }).fill(NOTE);
    // The draft is there when the vault lists it; then the power goes.
    await expect.poll(async () => JSON.stringify(await callVault(page, 'drafts'))).toContain('zolpidem');
    await killBrowser(tablet, profile);
    await openPage();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    await page.getByRole('button', { name: 'Continue unfinished note' }).click();
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe(NOTE);
    await page.getByRole('button', { name: 'Sign note' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await killBrowser(tablet, profile);
    await openPage();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: /ZEBROWSKI, Wanda/ }).click();
    await page.getByRole('tab', { name: 'Notes' }).click();
    await page.getByText(NOTE).waitFor();
    expect(await page.getByRole('button', { name: 'Continue unfinished note' }).count()).toBe(0);
  });

  it('an entry is amended, and another marked as an error, with both shown', async () => {
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Amend Vital signs' }).click();
    await page.getByLabel('Pulse', { exact: true }).fill('108');
    await page.getByLabel('Why is it amended?').fill('Counted again');
    await page.getByRole('button', { name: 'Save vital signs' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('button', { name: 'Assign bed' }).click();
    await page.getByLabel('Bed', { exact: true }).fill('99');
    await page.getByRole('button', { name: 'Save bed' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Entered in error: Bed' }).click();
    await page.getByLabel('What is wrong with it?').fill('Wrong patient');
    await page.getByRole('button', { name: 'Mark as error' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('Amendment: Counted again').waitFor();
    await page.locator('.struck', { hasText: 'Bed 99' }).waitFor();
    await expectNothingSerious(page);
  });

  it('a clinician signs orders with the PIN, an allergy is questioned, a nurse notes and gives', async () => {
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Dr Mei Tanaka', PINS.clinician);
    await page.getByRole('button', { name: /ZEBROWSKI, Wanda/ }).click();
    await page.getByRole('button', { name: 'New order' }).click();
    await page.getByLabel('Medication', { exact: true }).last().fill('amoxicillin');
    await page.getByLabel('Dose', { exact: true }).fill('500');
    for (const [field, choice] of [
      ['Unit', 'mg'],
      ['Route', 'by mouth'],
      ['Frequency', 'Three times daily, 08:00 14:00 20:00'],
    ] as const) {
      await page.getByRole('combobox', { name: field }).click();
      await page.getByRole('option', { name: choice, exact: true }).click();
    }
    await page.getByText(/same class \(penicillins\)|Allergy on record/).waitFor();
    await page.getByLabel('Reason to order it all the same').fill('Tolerated in 2024');
    await page.getByLabel('PIN', { exact: true }).fill('999999');
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByText('That is not the PIN').waitFor();
    await page.getByLabel('PIN', { exact: true }).fill(PINS.clinician);
    await page.getByRole('button', { name: 'Sign order' }).click();
    await page.getByText(/Saved on this tablet/).waitFor();
    for (const [kind, field, what] of [
      ['Laboratory', 'Test', 'Lactate'],
      ['Imaging', 'Examination', 'Chest radiograph'],
      ['Nursing', 'What is to be done', 'Turn every 2 hours'],
      ['Diet', 'Diet', 'Soft diet'],
    ] as const) {
      await page.getByRole('button', { name: 'New order' }).click();
      await page.getByText(kind, { exact: true }).click();
      await page.getByRole('textbox', { name: field, exact: true }).fill(what);
      await page.getByLabel('PIN', { exact: true }).fill(PINS.clinician);
      await page.getByRole('button', { name: 'Sign order' }).click();
      await page.getByText(/Saved on this tablet/).waitFor();
    }
    await page.getByRole('button', { name: 'Lock' }).click();
    await unlock(page, 'Nora Quinn', PINS.nurse);
    await page.getByRole('button', { name: /ZEBROWSKI, Wanda/ }).click();
    await page.getByRole('tab', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Noted' }).first().click();
    await page.getByText(/Saved on this tablet/).waitFor();
    await page.getByRole('button', { name: '‹ Ward board' }).click();

    await page.getByRole('tab', { name: 'Medication round' }).click();
    await page
      .getByRole('button', { name: /^Give / })
      .first()
      .click();
    await saveDose(page);
  });

  it('a whole ward is charted: at least 200 entries of 30 patients', async () => {
    const board = await callVault(page, 'board');
    const now = await callVault(page, 'now');
    const drafts: { patient: string; draft: Draft }[] = board.flatMap(({ patient }, index) => [
      ...Array.from({ length: 5 }, (_, n) => ({
        patient,
        draft: {
          kind: 'vital-signs' as const,
          effectiveAt: new Date(Date.parse(now) - n * 600_000).toISOString(),
          values: {
            respirationRate: 12 + n,
            oxygenSaturation: 97,
            saturationScale: 1 as const,
            oxygenDevice: 'A' as const,
            systolic: 120 + (index % 20),
            diastolic: 70,
            pulse: 70 + n,
            consciousness: 'alert' as const,
            temperature: 36.8,
          },
        },
      })),
      {
        patient,
        draft: {
          kind: 'note' as const,
          noteType: 'nursing' as const,
          effectiveAt: now,
          text: `Resting, call bell at hand. Round ${index}`,
        },
      },
      { patient, draft: { kind: 'no-known-allergies-recorded' as const, effectiveAt: now } },
    ]);
    for (const { patient, draft } of drafts) {
      const saved = await callVault(page, 'append', { patient, draft });
      expect(saved).toMatchObject({ ok: true });
    }
    await expect.poll(async () => (await counts()).here).toBeGreaterThanOrEqual(200);
  });

  it('the profile on disk holds no name, drug or note text', async () => {
    await killBrowser(tablet, profile);
    // Generic drug names that the app itself ships (its allergy classes) prove nothing, so none of them is looked for.
    const needles = [
      'Zebrowski',
      'ZEBROWSKI',
      'Wanda',
      'family informed by telephone',
      'metoprolol tartrate 25',
      'Tolerated in 2024',
      'Chest radiograph',
      'call bell',
      'Atencio',
      'Counted again',
    ].flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]);
    const files = (at: string): string[] =>
      readdirSync(at, { withFileTypes: true }).flatMap((item) =>
        item.isDirectory() ? files(join(at, item.name)) : item.isFile() ? [join(at, item.name)] : [],
      );
    const all = files(profile);
    expect(all.length).toBeGreaterThan(20);
    const found = all.flatMap((file) => {
      const content = readFileSync(file);
      return needles
        .filter((needle) => content.includes(needle))
        .map((needle) => `${file}: ${needle.toString()}`);
    });
    expect(found).toEqual([]);
    expect(all.reduce((sum, file) => sum + statSync(file).size, 0)).toBeGreaterThan(100_000);
  });

  it('after: the tablet uploads by itself while locked, through a server that is killed on the way', async () => {
    const received = async (): Promise<number> => {
      const cookie = (
        await fetch(`${hospital.url}/api/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ staff: 'Adam Lind', pin: PINS.administrator }),
        })
      ).headers
        .get('set-cookie')!
        .split(';')[0]!;
      const answer = (await (
        await fetch(`${hospital.url}/api/admin/devices`, { headers: { cookie } })
      ).json()) as { devices: { entries: number }[] };
      return answer.devices.reduce((sum, device) => sum + device.entries, 0);
    };
    await openPage();
    const before = await counts();
    expect(before.here).toBeGreaterThanOrEqual(200);
    // Killed at the moment of the first push, whatever of it was written.
    const firstPush = page.waitForRequest((request) => request.url().endsWith('/api/sync/push'), {
      timeout: 120_000,
    });
    hospital = await openHospital({ port, data });
    await firstPush;
    await hospital.stop('SIGKILL');
    hospital = await openHospital({ port, data });
    await expect.poll(async () => (await counts()).here, { timeout: 180_000, interval: 500 }).toBe(0);
    expect((await counts()).server).toBe(before.here + before.server);
    expect(await received()).toBe(before.here + before.server);
  });

  it('records staff match, review, and push; the EHR drops answers and goes down, and holds each entry exactly once', async () => {
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/workbench`);
    await signIn(desk, 'Rita Alvarez', PINS.records);
    await desk.getByRole('region', { name: '4 West' }).waitFor();
    await expectNothingSerious(desk);
    await desk.getByRole('button', { name: /ZEBROWSKI, Wanda/ }).click();
    await desk.getByRole('button', { name: 'Nobody in the EHR: new patient' }).click();
    await desk.getByText('Nobody in the EHR: a new patient').waitFor();
    await desk.getByRole('button', { name: 'Correct Vital signs' }).first().click();
    await desk.getByLabel('Pulse, per minute').fill('109');
    await desk.getByLabel('Why is it corrected?').fill('Paper strip says 109');
    await desk.getByRole('button', { name: 'Save correction' }).click();
    await desk.getByText('1 decided.').waitFor();
    await desk.getByText('Paper strip says 109').waitFor();
    await desk.getByRole('button', { name: 'Approve all of this patient' }).click();
    // The server posts by itself what is approved: by the time that the page looks again it may be in the EHR.
    await desk.getByText(/^\d{2,} decided\.$/).waitFor();
    expect(await desk.getByText('○ to review').count()).toBe(0);
    expect(
      await desk.getByText(/^(● approved|▲ approved|● on the way|✓ in the EHR)/).count(),
    ).toBeGreaterThan(5);
    await expectNothingSerious(desk);

    // The other patients through the same requests that the page makes.
    const api = desk.request;
    const worklist = (await (await api.get(`${hospital.url}/api/workbench/worklist`)).json()) as {
      wards: { patients: { id: string }[] }[];
    };
    for (const patient of worklist.wards.flatMap((ward) => ward.patients)) {
      const review = (await (
        await api.get(`${hospital.url}/api/workbench/patients/${patient.id}`)
      ).json()) as { entries: { id: string; state: string }[] };
      const decisions = review.entries
        .filter((entry) => entry.state === 'to-review')
        .map((entry) => ({ entry: entry.id, decision: 'approved' }));
      if (decisions.length > 0)
        expect(
          (await api.post(`${hospital.url}/api/workbench/decisions`, { data: { decisions } })).ok(),
        ).toBe(true);
    }

    const control = (path: string, body: unknown) =>
      fetch(new URL(path, hospital.ehr), { method: 'POST', body: JSON.stringify(body) });
    await control('/control/faults', { dropAfterCommitEvery: 7, garbageEvery: 11 });
    await desk.getByRole('button', { name: '‹ Worklist' }).click();
    await desk.getByRole('button', { name: 'Push to the EHR' }).click();
    await expect
      .poll(
        async () =>
          ((await (await api.get(`${hospital.url}/api/workbench/push`)).json()) as { posted: number }).posted,
        { timeout: 60_000 },
      )
      .toBeGreaterThan(20);
    await control('/control', { up: false });
    await expect
      .poll(
        async () =>
          ((await (await api.get(`${hospital.url}/api/workbench/push`)).json()) as { running: boolean })
            .running,
        { timeout: 60_000 },
      )
      .toBe(false);
    await control('/control', { up: true });

    // The server is killed while posting, and goes on from what it finds.
    await api.post(`${hospital.url}/api/workbench/push`, { data: {} });
    await hospital.stop('SIGKILL');
    hospital = await openHospital({ port, data });
    await expect
      .poll(
        async () => {
          const state = (await (
            await api.post(`${hospital.url}/api/workbench/push`, { data: {} })
          ).json()) as { approved: number; unknown: number; running: boolean };
          return state.approved + state.unknown;
        },
        { timeout: 120_000, interval: 1000 },
      )
      .toBe(0);
    await desk.close();
  });

  it('each approved entry is in the EHR exactly once and says what was charted; a second push creates nothing', async () => {
    const ehr = async (query: string): Promise<{ id: string; [key: string]: unknown }[]> => {
      const bundle = (await (await fetch(`${hospital.ehr}/${query}`)).json()) as {
        entry?: { resource: { id: string } }[];
      };
      return (bundle.entry ?? []).map((entry) => entry.resource);
    };
    const desk = await tablet.newPage();
    await desk.goto(`${hospital.url}/workbench`);
    await desk.getByRole('button', { name: 'Sign out' }).waitFor();
    const api = desk.request;
    const worklist = (await (await api.get(`${hospital.url}/api/workbench/worklist`)).json()) as {
      wards: { counts: Record<string, number>; patients: { id: string }[] }[];
      quarantined: number;
    };
    expect(worklist.quarantined).toBe(0);
    const reviews = await Promise.all(
      worklist.wards
        .flatMap((ward) => ward.patients)
        .map(
          async (patient) =>
            (await (await api.get(`${hospital.url}/api/workbench/patients/${patient.id}`)).json()) as {
              entries: {
                id: string;
                state: string;
                body: { kind: string; effectiveAt: string; values?: { pulse?: number } };
                resources: { type: string; id: string }[];
              }[];
            },
        ),
    );
    const entries = reviews.flatMap((review) => review.entries);
    expect(
      entries
        .filter((entry) => !['posted', 'not-for-the-ehr'].includes(entry.state))
        .map((entry) => entry.state),
    ).toEqual([]);
    const posted = entries.filter((entry) => entry.state === 'posted');
    expect(posted.length).toBeGreaterThanOrEqual(200);

    const provenance = await ehr('Provenance?_count=1000');
    const times = Map.groupBy(provenance, (resource) => resource.id);
    expect(posted.filter((entry) => times.get(entry.id)?.length !== 1)).toEqual([]);
    expect(times.size).toBe(posted.length);
    for (const entry of posted.filter((item) => item.body.kind === 'vital-signs')) {
      const heart = (await (await fetch(`${hospital.ehr}/Observation/${entry.id}-hr`)).json()) as {
        valueQuantity: { value: number };
        effectiveDateTime: string;
      };
      expect(heart.valueQuantity.value).toBe(entry.body.values?.pulse);
      expect(heart.effectiveDateTime).toBe(entry.body.effectiveAt);
    }
    const size = async (): Promise<number> =>
      readFileSync(join(data, 'demo-ehr/written.jsonl'), 'utf8').split('\n').length;
    const before = await size();
    await api.post(`${hospital.url}/api/workbench/push`, { data: {} });
    await expect
      .poll(
        async () =>
          ((await (await api.get(`${hospital.url}/api/workbench/push`)).json()) as { running: boolean })
            .running,
      )
      .toBe(false);
    expect(await size()).toBe(before);
    await desk.close();

    await unlock(page, 'Nora Quinn', PINS.nurse);
    await expect
      .poll(async () => (await counts()).ehr, { timeout: 60_000, interval: 500 })
      .toBeGreaterThanOrEqual(200);
    expect((await counts()).here).toBe(0);
  });
});
