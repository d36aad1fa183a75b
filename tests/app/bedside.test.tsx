// @vitest-environment jsdom
import './browser.ts';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { OrderForm } from '../../src/app/tablet/forms/OrderForm.tsx';
import {
  AllergyForm,
  BedForm,
  EnteredInErrorForm,
  StopOrderForm,
} from '../../src/app/tablet/forms/SmallForms.tsx';
import { VitalSignsForm } from '../../src/app/tablet/forms/VitalSignsForm.tsx';
import { HistoryTab } from '../../src/app/tablet/patient/HistoryTab.tsx';
import { MedicationTab } from '../../src/app/tablet/patient/MedicationTab.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import { OrdersTab, OverviewTab } from '../../src/app/tablet/patient/PatientTabs.tsx';
import { TabletApp } from '../../src/app/tablet/TabletApp.tsx';
import { type Chart, formatInstant } from '../../src/clinical/index.ts';
import {
  aBoardRow,
  aChart,
  aLamp,
  anOrder,
  aStatus,
  aVitalSet,
  type FakeLamp,
  LOG,
  NURSE,
  PATIENT,
  PIN,
  renderWith,
} from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
const OTHER = 'ee'.repeat(16);
const props = { session: { staff: NURSE, ward: aStatus().wards[0]! }, timeZone: ZONE, go: () => undefined };
const form = { timeZone: ZONE, onDone: () => undefined, onCancel: () => undefined };
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>('button', { name });

describe('when it happened', () => {
  async function typeTime(minutes: number) {
    const lamp = aLamp();
    renderWith(lamp, <VitalSignsForm {...form} chart={aChart()} now={new Date().toISOString()} />);
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('Pulse'), '80');
    await user.clear(screen.getByLabelText('Time taken'));
    await user.type(screen.getByLabelText('Time taken'), formatInstant(minutesAgo(minutes), ZONE));
    return { lamp, user };
  }

  it('is not in the future', async () => {
    await typeTime(-90);
    expect(
      screen.getByText(/This is in the future: it is now \d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d/),
    ).toBeDefined();
    expect(button('Save vital signs').disabled).toBe(true);
  });

  it('is asked again when it is more than a day ago', async () => {
    const { lamp, user } = await typeTime(26 * 60);
    expect(button('Save vital signs').disabled).toBe(true);
    await user.click(screen.getByLabelText(/^Yes, it was \d\d-/));
    await user.click(button('Save vital signs'));
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
  });

  it('of an amended entry is not asked again', async () => {
    const set = aVitalSet(3, 40 * 60, { pulse: 80, saturationScale: 1 });
    const lamp = aLamp();
    renderWith(
      lamp,
      <VitalSignsForm {...form} chart={aChart()} now={new Date().toISOString()} amend={set} />,
    );
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('Why is it amended?'), 'Counted again');
    await user.click(button('Save vital signs'));
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
  });
});

describe('an amendment that is half written', () => {
  it('is kept for its author, offered again, and forgotten once saved', async () => {
    const set = aVitalSet(3, 30, { pulse: 80, saturationScale: 1 });
    const chart = aChart({ vitals: [set], history: [set] });
    const lamp: FakeLamp = aLamp({ chart });
    const { unmount } = renderWith(lamp, <PatientScreen {...props} patient={PATIENT} give={undefined} />);
    const user = userEvent.setup();
    await user.click(await screen.findByRole('tab', { name: 'History' }));
    await user.click(button(/^Amend Vital signs/));
    await user.type(screen.getByLabelText('Why is it amended?'), 'Counted ag');
    await waitFor(() =>
      expect([...lamp.drafts.keys()]).toEqual([`vital-signs-amendment:${PATIENT}:${set.id}`]),
    );
    unmount();
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} give={undefined} />);
    await user.click(
      await screen.findByRole('button', { name: 'Continue unfinished amendment of vital signs' }),
    );
    expect(screen.getByLabelText<HTMLInputElement>('Why is it amended?').value).toBe('Counted ag');
    await user.click(button('Save vital signs'));
    await screen.findByText(/Saved on this tablet/);
    expect(lamp.appended[0]?.draft).toMatchObject({ replaces: set.id, reason: 'Counted ag' });
    expect(lamp.drafts.size).toBe(0);
  });
});

describe('last given', () => {
  const given = (minutes: number) => ({
    id: `${LOG}-9`,
    hlc: [1, 0] as const,
    standing: 'current' as const,
    replacedBy: [],
    body: {
      kind: 'medication-administration' as const,
      author: NURSE,
      effectiveAt: minutesAgo(minutes),
      recordedAt: minutesAgo(minutes),
      order: 'e1'.repeat(16),
      medication: { text: 'metoprolol' },
      outcome: 'given' as const,
      dose: { value: 25, unit: 'mg' },
      overrides: [],
    },
  });
  const show = (here: number, ehr: number) => {
    const order = anOrder({
      text: 'metoprolol',
      administrations: [given(here)],
      lastGivenInEhr: minutesAgo(ehr),
    });
    renderWith(
      aLamp(),
      <MedicationTab
        chart={aChart({ orders: [order] })}
        timeZone={ZONE}
        now={minutesAgo(0)}
        start={() => undefined}
        onDone={() => undefined}
        clinician={false}
      />,
    );
  };

  it('is the newest of what was charted here and what the EHR knew', () => {
    show(600, 100);
    expect(screen.getByText(/Last given .*, says the EHR/)).toBeDefined();
  });
  it('is the one charted here when that is newer', () => {
    show(100, 600);
    expect(screen.getByText(/Last given .*, by Nora Nurse/)).toBeDefined();
  });
});

it('what is due at its time stands before what is given as needed, and what was stopped last', () => {
  const timed = anOrder({ id: '1'.repeat(32), text: 'amoxicillin' });
  const needed = anOrder({ id: '2'.repeat(32), text: 'ondansetron' });
  const stopped = anOrder({ id: '3'.repeat(32), text: 'furosemide', state: 'stopped' });
  if (needed.detail.category === 'medication') needed.detail.schedule = { type: 'as-needed' };
  renderWith(
    aLamp(),
    <MedicationTab
      chart={aChart({ orders: [stopped, needed, timed] })}
      timeZone={ZONE}
      now={new Date().toISOString()}
      start={() => undefined}
      clinician={false}
      onDone={() => undefined}
    />,
  );
  expect(screen.getAllByRole('region').map((section) => section.getAttribute('aria-label'))).toEqual([
    'amoxicillin',
    'ondansetron',
    'furosemide',
  ]);
});

it('what the EHR orders not to give is in sight on the medications tab, with no order beside it too', () => {
  renderWith(
    aLamp(),
    <MedicationTab
      chart={aChart({
        notToGive: [
          { medication: { text: 'ibuprofen 400 mg' }, reason: 'Acute kidney injury', asOf: minutesAgo(60) },
        ],
      })}
      timeZone={ZONE}
      now={minutesAgo(0)}
      start={() => undefined}
      onDone={() => undefined}
      clinician={false}
    />,
  );
  const said = screen.getByText(/Do NOT give/);
  expect(said.textContent).toMatch(/Do NOT give ibuprofen 400 mg: Acute kidney injury\. Ordered in the EHR/);
  expect(said.closest('details')).toBeNull();
});

describe('a dose that no due time asks for', () => {
  const open = (changes: Partial<Chart>, order: Chart['orders'][number]) => {
    const started: unknown[] = [];
    renderWith(
      aLamp(),
      <MedicationTab
        chart={aChart({ orders: [order], ...changes })}
        timeZone={ZONE}
        now={minutesAgo(0)}
        start={(task) => started.push(task)}
        onDone={() => undefined}
        clinician={false}
      />,
    );
    return started;
  };

  it('can be given where the EHR does not say from when an order counts', async () => {
    const order = anOrder({ text: 'cefazolin 1 g', incomplete: ['start time'] });
    const started = open({}, order);
    await userEvent.click(button('Give cefazolin 1 g'));
    expect(started).toEqual([{ do: 'give', order: order.id }]);
  });

  it('says where it was due before the list of the EHR that it may be given already', () => {
    const dueAt = minutesAgo(300);
    const order = anOrder({ text: 'ceftriaxone 2 g' });
    open(
      {
        dueDoses: [
          {
            order: order.id,
            dueAt,
            window: { early: dueAt, late: minutesAgo(270) },
            state: 'overdue',
            maybeGivenBefore: true,
          },
        ],
      },
      order,
    );
    expect(button(/overdue, the EHR may hold it as given: give ceftriaxone 2 g/)).toBeDefined();
  });

  it('says so on the overview too, and on which day it was due', () => {
    const dueAt = minutesAgo(26 * 60);
    const order = anOrder({ text: 'ceftriaxone 2 g' });
    const chart = aChart({
      orders: [order],
      dueDoses: [
        {
          order: order.id,
          dueAt,
          window: { early: dueAt, late: minutesAgo(25 * 60) },
          state: 'overdue',
          maybeGivenBefore: true,
        },
      ],
    });
    renderWith(
      aLamp({ chart }),
      <OverviewTab chart={chart} timeZone={ZONE} now={new Date().toISOString()} start={() => undefined} />,
    );
    expect(
      screen.getByText(
        `■ overdue ${formatInstant(dueAt, ZONE)} ceftriaxone 2 g: the EHR may hold it as given`,
        { normalizer: (text) => text.replace(/\s+/g, ' ').trim() },
      ),
    ).toBeDefined();
  });

  it('can be given again after it was vomited, and once', async () => {
    const said = (minutes: number) => ({
      author: NURSE,
      effectiveAt: minutesAgo(minutes),
      recordedAt: minutesAgo(minutes),
    });
    const standing = { hlc: [1, 0] as const, standing: 'current' as const, replacedBy: [] };
    const dose = (position: number, minutes: number) => ({
      id: `${LOG}-${position}`,
      ...standing,
      body: {
        kind: 'medication-administration' as const,
        ...said(minutes),
        order: 'e1'.repeat(16),
        medication: { text: 'levetiracetam' },
        outcome: 'given' as const,
        dose: { value: 500, unit: 'mg' },
        overrides: [],
      },
    });
    const vomited = (repeat: 'repeat' | 'do-not-repeat'): Chart['afterDoses'] => ({
      reassessments: [],
      patchesOn: [],
      said: {
        [`${LOG}-9`]: [
          {
            id: `${LOG}-10`,
            ...standing,
            body: { kind: 'dose-vomited', ...said(20), administration: `${LOG}-9`, repeat },
          },
        ],
      },
    });
    const order = anOrder({ text: 'levetiracetam', administrations: [dose(9, 30)] });
    const again = 'Give levetiracetam again: vomited';
    const started = open({ afterDoses: vomited('repeat') }, order);
    await userEvent.click(button(again));
    expect(started).toEqual([{ do: 'give', order: order.id }]);
    cleanup();
    open({ afterDoses: vomited('do-not-repeat') }, order);
    expect(screen.queryByRole('button', { name: again })).toBeNull();
    cleanup();
    open({ afterDoses: vomited('repeat') }, { ...order, administrations: [dose(9, 30), dose(11, 5)] });
    expect(screen.queryByRole('button', { name: again })).toBeNull();
  });
});

describe('stopping an order', () => {
  it('says which of two orders of one drug it is, by dose and route', () => {
    renderWith(
      aLamp(),
      <StopOrderForm
        patient={aChart().identity.id}
        order={anOrder({ text: 'morphine', dose: 5 })}
        timeZone={ZONE}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    expect(screen.getByText(/morphine – DOSE 5 mg – by mouth – every 8 hours/)).toBeDefined();
  });

  it('says how unsafe abbreviations in the reason will be shown', async () => {
    renderWith(
      aLamp(),
      <StopOrderForm
        patient={aChart().identity.id}
        order={anOrder({ text: 'morphine', dose: 5 })}
        timeZone={ZONE}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    await userEvent.type(screen.getByLabelText('Why is it stopped?'), 'now QD');
    expect(screen.getByText('Will be shown as: now daily')).toBeDefined();
    await userEvent.clear(screen.getByLabelText('Why is it stopped?'));
    await userEvent.type(screen.getByLabelText('Why is it stopped?'), 'rash');
    expect(screen.queryByText(/Will be shown as/)).toBeNull();
  });
});

describe('orders', () => {
  const entered = (id: number, text: string) =>
    anOrder({ id: `${LOG}-${id}`, source: { from: 'entry', entry: `${LOG}-${id}` }, text });

  it('have buttons that say which order, and say that a route is not recorded', () => {
    const orders = [entered(1, 'metoprolol'), { ...entered(2, 'furosemide'), incomplete: ['route'] }];
    const show = (role: 'nurse' | 'clinician') =>
      renderWith(
        aLamp(),
        <OrdersTab
          chart={aChart({ orders })}
          timeZone={ZONE}
          start={() => undefined}
          role={role}
          onDone={() => undefined}
        />,
      );
    show('nurse').unmount();
    show('nurse');
    expect(button('Noted: metoprolol')).toBeDefined();
    expect(button('Noted: furosemide')).toBeDefined();
    expect(screen.getByText(/furosemide.*route not recorded/)).toBeDefined();
    show('clinician');
    expect(button('Stop order: metoprolol')).toBeDefined();
  });

  it.each([
    ['Laboratory', 'Test', 'Specimen', 'venous blood', { category: 'laboratory', specimen: 'venous blood' }],
    ['Imaging', 'Examination', 'Body site', 'left wrist', { category: 'imaging', bodySite: 'left wrist' }],
    [
      'Nursing',
      'What is to be done',
      'How often',
      'every 2 hours',
      { category: 'nursing', frequency: 'every 2 hours' },
    ],
  ])('%s: %s with %s', async (kind, what, field, text, detail) => {
    const lamp = aLamp();
    renderWith(lamp, <OrderForm prescribes {...form} chart={aChart()} now={new Date().toISOString()} />);
    const user = userEvent.setup();
    await user.click(screen.getByRole('radio', { name: kind }));
    await user.type(screen.getByRole('textbox', { name: what }), 'Lactate');
    await user.type(screen.getByRole('textbox', { name: field }), text);
    await user.type(screen.getByLabelText('PIN'), PIN);
    await user.click(button('Sign order'));
    await waitFor(() => expect(lamp.appended[0]?.draft).toMatchObject({ kind: 'order-signed', detail }));
  });
});

describe('an order for vital signs', () => {
  it('says how often they are due at least, in minutes, and nothing where nothing was chosen', async () => {
    const lamp = aLamp();
    renderWith(lamp, <OrderForm prescribes {...form} chart={aChart()} now={new Date().toISOString()} />);
    const user = userEvent.setup();
    await user.click(screen.getByRole('radio', { name: 'Nursing' }));
    await user.type(screen.getByRole('textbox', { name: 'What is to be done' }), 'Observations');
    await user.click(screen.getByRole('combobox', { name: 'Vital signs' }));
    await user.click(await screen.findByRole('option', { name: 'At least every 2 hours' }));
    await user.type(screen.getByLabelText('PIN'), PIN);
    await user.click(button('Sign order'));
    await waitFor(() =>
      expect(lamp.appended[0]?.draft).toMatchObject({
        kind: 'order-signed',
        detail: { category: 'nursing', observationsEveryMinutes: 120 },
      }),
    );
  });
});

describe('a ward whose rows are still being opened', () => {
  const board = (changes: Parameters<typeof aLamp>[0]) =>
    renderWith(aLamp(changes), <BoardScreen {...props} tab="board" onTab={() => undefined} />);

  it('is not shown as if it were the whole ward (FAILURES 39)', async () => {
    board({ changes: { completeness: async () => ({ toOpen: 30, snapshotAsOf: minutesAgo(5) }) } });
    expect(await screen.findByText(/not complete yet: 1 of 31 patients/)).toBeDefined();
    expect(screen.getByText('1 patient')).toBeDefined();
  });

  it('and one that never had EHR data says what is missing (FAILURES 39)', async () => {
    board({ rows: [], changes: { completeness: async () => ({ toOpen: 0 }) } });
    expect(await screen.findByText(/no EHR data of this ward/)).toBeDefined();
    expect(screen.getByText(/No patients to show/)).toBeDefined();
  });
});

describe('the next dose of a patient', () => {
  const dose = (dueAt: string, early: string, late: string) => ({
    order: '0'.repeat(32),
    dueAt,
    early,
    late,
    medication: 'metoprolol tartrate 25 mg tablet',
  });

  it('is said to be due as soon as its window is open', async () => {
    renderWith(
      aLamp({
        rows: [
          aBoardRow({ doses: [dose(minutesAgo(40), minutesAgo(100), minutesAgo(-20))] }),
          aBoardRow({
            patient: OTHER,
            bed: '14',
            doses: [dose(minutesAgo(-180), minutesAgo(-120), minutesAgo(-240))],
          }),
        ],
      }),
      <BoardScreen {...props} tab="board" onTab={() => undefined} />,
    );
    expect(await screen.findByText(/^● due .*metoprolol/i)).toBeDefined();
    expect(screen.getByText(/^next .*metoprolol/i)).toBeDefined();
  });
});

describe('choosing her patients', () => {
  it('drops no tap that comes while another is being saved', async () => {
    const lamp = aLamp({ rows: [aBoardRow(), aBoardRow({ patient: OTHER, bed: '14' })] });
    const append = lamp.vault.append;
    let answer = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      answer = resolve;
    });
    lamp.vault.append = async (request) => {
      await first;
      return append(request);
    };
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Choose mine' }));
    for (const row of document.querySelectorAll('.board-row')) await userEvent.click(row);
    answer();
    await waitFor(() => expect(lamp.appended.map(({ patient }) => patient).sort()).toHaveLength(2));
  });

  it('a handoff sheet says whom it leaves out, and is made of the others', async () => {
    const lamp = aLamp({ rows: [aBoardRow(), aBoardRow({ patient: OTHER, bed: '14' })] });
    const { chart } = lamp.vault;
    lamp.vault.chart = async (patient, whole) => (patient === OTHER ? undefined : chart(patient, whole));
    vi.stubGlobal('print', () => undefined);
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Print handoff' }));
    expect((await screen.findAllByText(/Not on this sheet: bed 14,/)).length).toBeGreaterThan(0);
  });

  it('says that no handoff sheet could be made where no chart can be read', async () => {
    const lamp = aLamp({ changes: { chart: async () => undefined } });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Print handoff' }));
    expect(await screen.findByText(/The handoff sheet could not be made/)).toBeDefined();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('a screen that is printed by the key of the browser', () => {
  it('is in the trail, under everybody who stands on it', async () => {
    const printed: unknown[] = [];
    const lamp = aLamp({
      rows: [aBoardRow(), aBoardRow({ patient: OTHER })],
      changes: { printed: async (what) => void printed.push(what) },
    });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await screen.findByText('2 patients');
    dispatchEvent(new Event('beforeprint'));
    expect(printed).toEqual([
      { patients: [aBoardRow().patient, OTHER], what: 'Screen: ward board', pages: 1 },
    ]);
  });
});

describe('somebody who is looked for', () => {
  it('is found on the whole ward, without accents, by the names in any order and by every number', async () => {
    const lamp = aLamp({
      rows: [
        aBoardRow({ takenBy: [{ id: NURSE.id, name: NURSE.name, since: new Date().toISOString() }] }),
        aBoardRow({
          patient: OTHER,
          name: { family: 'M\u00fcller', given: 'Jane' },
          birthDate: '1977-07-07',
          bed: '14',
          numbers: [
            { kind: 'MR', value: '77-1' },
            { kind: 'MRT', value: 'DA00017' },
          ],
        }),
      ],
    });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: 'My patients (1)' }));
    expect(screen.queryByRole('button', { name: /M\u00dcLLER/ })).toBeNull();
    const find = screen.getByLabelText('Find patient');
    for (const typed of ['muller', 'jane mul', 'DA00017', '77-1']) {
      await userEvent.clear(find);
      await userEvent.type(find, typed);
      expect(await screen.findByRole('button', { name: /M\u00dcLLER/ })).toBeTruthy();
    }
    await userEvent.clear(find);
    await userEvent.type(find, 'nobody');
    expect(screen.getByText(/Nobody by that name or number/)).toBeTruthy();
  });
});

describe('names that are easily mixed up', () => {
  it('are marked on the board and in the banner', async () => {
    const lamp = aLamp({
      rows: [
        aBoardRow(),
        aBoardRow({ patient: OTHER, name: { family: 'Abernathi', given: 'Ruth' }, birthDate: '1960-01-02' }),
        aBoardRow({
          patient: 'ff'.repeat(16),
          name: { family: 'Quill', given: 'Zoe' },
          birthDate: '1977-07-07',
        }),
      ],
    });
    const { unmount } = renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    expect(await screen.findAllByText(/Name alert/)).toHaveLength(2);
    unmount();
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} give={undefined} />);
    const banner = await screen.findByRole('region', { name: 'Patient' });
    await within(banner).findByText(/Name alert: also on this ward ABERNATHI, Ruth/);
  });
});

describe('what the next word replaces', () => {
  it('a move names the bed before', async () => {
    const chart = aChart({
      bedClaims: [{ kind: 'bed-assigned', ref: `${LOG}-7`, bed: '12', by: 'Nora Nurse', at: minutesAgo(9) }],
    });
    const lamp = aLamp({ chart });
    renderWith(lamp, <BedForm {...form} chart={chart} />);
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('Bed'), '14');
    await user.click(button('Save bed'));
    await waitFor(() => expect(lamp.appended[0]?.draft).toMatchObject({ bed: '14', replaces: `${LOG}-7` }));
  });

  it('an allergy names the "none" before it; "none" is refused while an allergy is on the chart', async () => {
    const asked = aChart({ allergies: { status: 'nilknown', list: [], saidNone: `${LOG}-8` } });
    const lamp = aLamp({ chart: asked });
    const { unmount } = renderWith(lamp, <AllergyForm {...form} chart={asked} />);
    const user = userEvent.setup();
    await user.type(screen.getByLabelText('Substance'), 'Latex');
    await user.click(button('Save allergy'));
    await waitFor(() => expect(lamp.appended[0]?.draft).toMatchObject({ replaces: `${LOG}-8` }));
    unmount();
    renderWith(lamp, <AllergyForm {...form} chart={aChart()} />);
    await user.click(screen.getByRole('combobox', { name: 'What did the patient say?' }));
    await user.click(await screen.findByRole('option', { name: 'No known allergies', hidden: true }));
    expect(screen.getByText(/This chart names Penicillin V/)).toBeDefined();
    expect(button('Save allergy').disabled).toBe(true);
  });
});

describe('the lock screen', () => {
  it('finds a name among many', async () => {
    const staff = Array.from({ length: 13 }, (_, n) => ({
      id: n.toString(16).padStart(32, '0'),
      name: `Nurse ${'ABCDEFGHIJKLM'[n]}`,
      role: 'nurse' as const,
    }));
    renderWith(aLamp({ status: aStatus({ staff }) }), <TabletApp />);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Find your name'), 'nurse c');
    expect(screen.getAllByRole('button', { name: /^Nurse / }).map((item) => item.textContent)).toEqual([
      'Nurse C · nurse',
    ]);
    await user.type(screen.getByLabelText('Find your name'), 'x');
    expect(screen.getByText('Nobody by that name is listed on this tablet.')).toBeDefined();
  });

  it('says what to do when the records were set aside, and asks for no PIN', async () => {
    renderWith(
      aLamp({ status: aStatus({ state: 'set-aside', reasons: ['The storage did not open.'] }) }),
      <TabletApp />,
    );
    await screen.findByText(/Nothing was deleted/);
    expect(screen.getByText('The storage did not open.')).toBeDefined();
    expect(screen.queryByText('Who are you?')).toBeNull();
  });
});

describe('what a prescriber signed', () => {
  const signed = {
    id: `${LOG}-5`,
    hlc: [1, 0] as const,
    standing: 'current' as const,
    replacedBy: [],
    body: {
      kind: 'order-signed' as const,
      author: NURSE,
      effectiveAt: minutesAgo(5),
      recordedAt: minutesAgo(5),
      detail: { category: 'diet' as const, request: { text: 'Soft' }, priority: 'routine' as const },
      overrides: [],
    },
  };

  const show = (clinician: boolean, history: Chart['history'] = [signed]) =>
    renderWith(
      aLamp(),
      <HistoryTab
        chart={aChart({ history })}
        timeZone={ZONE}
        start={() => undefined}
        role={clinician ? 'clinician' : 'nurse'}
      />,
    );

  it('is marked as an error with the PIN; what no PIN signed, without', async () => {
    const lamp = aLamp();
    const user = userEvent.setup();
    const { unmount } = renderWith(lamp, <EnteredInErrorForm {...form} patient={PATIENT} entry={signed} />);
    await user.type(screen.getByLabelText('What is wrong with it?'), 'Other patient');
    expect(button('Sign as error').disabled).toBe(true);
    await user.type(screen.getByLabelText('PIN'), PIN);
    await user.click(button('Sign as error'));
    await waitFor(() =>
      expect(lamp.appended).toMatchObject([
        { draft: { kind: 'entered-in-error', replaces: signed.id, reason: 'Other patient' }, pin: PIN },
      ]),
    );
    unmount();
    const set = aVitalSet(1, 5, { saturationScale: 1, pulse: 80 });
    renderWith(lamp, <EnteredInErrorForm {...form} patient={PATIENT} entry={set} />);
    expect(screen.queryByLabelText('PIN')).toBeNull();
    await user.type(screen.getByLabelText('What is wrong with it?'), 'Other patient');
    await user.click(button('Mark as error'));
    await waitFor(() => expect(lamp.appended).toHaveLength(2));
    expect(lamp.appended[1]).not.toHaveProperty('pin');
  });

  it('stands in the history beside a mark that changes nothing, with why', () => {
    const mark = {
      ...signed,
      id: `${LOG}-6`,
      body: {
        kind: 'entered-in-error' as const,
        author: NURSE,
        effectiveAt: minutesAgo(4),
        recordedAt: minutesAgo(4),
        replaces: signed.id,
        reason: 'Other patient',
      },
      passedOver: 'What a clinician signed, only a clinician takes back.',
    };
    show(false, [signed, mark]);
    expect(
      screen.getByText('▲ It changes no other entry. What a clinician signed, only a clinician takes back.'),
    ).toBeDefined();
  });

  it('is not marked as an error by a nurse', () => {
    const { unmount } = show(false);
    expect(screen.queryByRole('button', { name: /^Entered in error/ })).toBeNull();
    unmount();
    show(true);
    expect(button(/^Entered in error: Order/)).toBeDefined();
  });
});

describe('a patient who has left the ward in the EHR', () => {
  it('opens with that, and with the way back, not with "Opening" for ever', async () => {
    const went: unknown[] = [];
    renderWith(
      aLamp({ rows: [] }),
      <PatientScreen {...props} go={(screen) => void went.push(screen)} patient={OTHER} />,
    );
    expect(screen.getByText('Opening the chart…')).toBeDefined();
    await screen.findByText(/not on this ward’s list any more/);
    await userEvent.setup().click(button('‹ Ward board'));
    expect(went).toEqual([{ at: 'board' }]);
  });

  it('and of whom something is charted stays, named as that on the board and above the chart', async () => {
    const { unmount } = renderWith(
      aLamp({ rows: [aBoardRow({ leftTheList: true })] }),
      <BoardScreen {...props} tab="board" onTab={() => undefined} />,
    );
    await screen.findByText(/Not on the EHR’s list of this ward any more/);
    unmount();
    renderWith(
      aLamp({ chart: aChart({ leftTheList: true }) }),
      <PatientScreen {...props} patient={PATIENT} />,
    );
    await screen.findByText(/does not name this patient on this ward any more/);
    expect(screen.getByText(/Penicillin V/)).toBeDefined();
  });

  it('takes no form away that is half filled in', async () => {
    let known = true;
    const lamp = aLamp({ changes: { chart: async () => (known ? aChart() : undefined) } });
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} />);
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: 'Write note' }));
    await user.type(await screen.findByLabelText('Note'), 'Slept well');
    known = false;
    act(() => lamp.tell({ type: 'changed', patients: [PATIENT] }));
    // Loaded again, and nothing is there any more.
    await act(async () => undefined);
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('Slept well');
    await user.click(button('Cancel'));
    await screen.findByText(/not on this ward’s list any more|cannot be opened/);
  });
});
