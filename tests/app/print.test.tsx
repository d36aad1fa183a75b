// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { MedicationTab } from '../../src/app/tablet/patient/MedicationTab.tsx';
import { News2Chart } from '../../src/app/tablet/patient/News2Chart.tsx';
import { OverviewTab } from '../../src/app/tablet/patient/PatientTabs.tsx';
import { transferPaper } from '../../src/app/tablet/print/chart-papers.tsx';
import { blankFormPaper } from '../../src/app/tablet/print/form-paper.tsx';
import { handoffSheet } from '../../src/app/tablet/print/handoff-paper.tsx';
import { requisitionPaper, wristbandPaper } from '../../src/app/tablet/print/label-papers.tsx';
import { marPieces } from '../../src/app/tablet/print/mar-paper.tsx';
import { Unsent, upToInWords } from '../../src/app/tablet/print/PaperIdentity.tsx';
import { PrintChoices } from '../../src/app/tablet/print/PrintChoices.tsx';
import { PrintPreview } from '../../src/app/tablet/print/PrintPreview.tsx';
import type { Paper } from '../../src/app/tablet/print/paper.ts';
import { type Chart, formatInstant, newestOf } from '../../src/clinical/index.ts';
import { readForm } from '../../src/forms/index.ts';
import { aChart, aLamp, anOrder, aVitalSet, LOG, minutesFromNow, NURSE, renderWith } from './fake-lamp.tsx';

describe('what goes on paper', () => {
  it('is the whole record as it is now, not the part of it that the screen shows', async () => {
    const vitals = [1, 2, 3].map((position) =>
      aVitalSet(position, position * 60, { saturationScale: 1, respirationRate: 10 + position }),
    );
    const whole = aChart({ vitals, history: vitals });
    const shown = newestOf(whole, 1);
    const lamp = aLamp({ chart: whole });
    lamp.vault.chart = async (_, all) => (all ? whole : shown);
    vi.stubGlobal('print', () => undefined);
    renderWith(
      lamp,
      <PrintChoices chart={shown} by="Nora Nurse" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'NEWS2 chart and vital signs' }));
    const pages = await screen.findByRole('dialog', { name: /^Print: NEWS2 chart/ });
    for (const { values } of vitals.map(({ body }) => body))
      expect(
        within(pages).getAllByText(new RegExp(`Respiration rate ${values.respirationRate} `)).length,
      ).toBeGreaterThan(0);
  });

  it('a patient who goes on with paper takes along what must be acted on, and what became of a dose', async () => {
    const at = new Date().toISOString();
    const said = { author: NURSE, effectiveAt: at, recordedAt: at };
    const order = anOrder({ text: 'ondansetron 4 mg' });
    const dose = {
      id: `${LOG}-10`,
      hlc: [1, 0] as const,
      standing: 'current' as const,
      replacedBy: [],
      body: {
        kind: 'medication-administration' as const,
        ...said,
        order: order.id,
        medication: { text: 'ondansetron 4 mg' },
        outcome: 'given' as const,
        dose: { value: 4, unit: 'mg' },
        overrides: [],
      },
    };
    const empty = aChart();
    const chart = aChart({
      orders: [{ ...order, administrations: [dose] }],
      afterDoses: {
        ...empty.afterDoses,
        said: {
          [dose.id]: [
            {
              id: `${LOG}-11`,
              hlc: [2, 0],
              standing: 'current',
              replacedBy: [],
              body: {
                kind: 'dose-vomited',
                ...said,
                administration: dose.id,
                repeat: 'ask-prescriber',
              },
            },
          ],
        },
      },
      care: {
        ...empty.care,
        escalations: [
          { about: `${LOG}-12`, because: 'Potassium 6.8 mmol/L', since: at, steps: [], state: 'not-told' },
        ],
      },
    });
    const lamp = aLamp({ chart });
    vi.stubGlobal('print', () => undefined);
    renderWith(
      lamp,
      <PrintChoices chart={chart} by="Nora Nurse" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Transfer packet' }));
    const pages = await screen.findByRole('dialog', { name: /^Print: Transfer packet/ });
    expect(within(pages).getAllByText('Potassium 6.8 mmol/L: NOBODY WAS TOLD').length).toBeGreaterThan(0);
    expect(within(pages).getAllByText(/^VOMITED/).length).toBeGreaterThan(0);
  });

  it('the medication record says the day of each dose, what holds a dose back, and who holds the order', async () => {
    const twoDaysAgo = minutesFromNow(-48 * 60);
    const until = minutesFromNow(600);
    const order = anOrder({ text: 'digoxin 125 mcg', state: 'on-hold' });
    if (order.detail.category !== 'medication') throw new Error('a medication');
    const chart = aChart({
      orders: [
        {
          ...order,
          detail: {
            ...order.detail,
            limits: [{ parameter: 'pulse', below: 60 }],
            endAt: until,
          },
          holds: [{ from: twoDaysAgo, by: 'Carl Clinician', reason: 'slow pulse' }],
          administrations: [
            {
              id: `${LOG}-20`,
              hlc: [1, 0],
              standing: 'current',
              replacedBy: [],
              body: {
                kind: 'medication-administration',
                author: NURSE,
                effectiveAt: twoDaysAgo,
                recordedAt: twoDaysAgo,
                order: order.id,
                medication: { text: 'digoxin 125 mcg' },
                outcome: 'given',
                dose: { value: 125, unit: 'ug' },
                overrides: [],
              },
            },
          ],
        },
      ],
      dueDoses: [-40, -30, -3].map((hours) => ({
        order: order.id,
        dueAt: minutesFromNow(hours * 60),
        window: { early: minutesFromNow(hours * 60 - 60), late: minutesFromNow(hours * 60 + 60) },
        state: 'overdue' as const,
      })),
    });
    vi.stubGlobal('print', () => undefined);
    renderWith(
      aLamp({ chart }),
      <PrintChoices chart={chart} by="Nora Nurse" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Medication record' }));
    const pages = await screen.findByRole('dialog', { name: /^Print: Medication record/ });
    const said = pages.textContent ?? '';
    expect(said).toContain(`Given ${formatInstant(twoDaysAgo, 'America/Chicago')}: `);
    // Given at no time of the order's, which is not an order as needed.
    expect(said).not.toContain('as needed');
    expect(said).toContain('HOLD IF PULSE IS BELOW 60 PER MINUTE');
    expect(said).toContain('by Carl Clinician: slow pulse');
    expect(said).toContain(`until ${formatInstant(until, 'America/Chicago')}`);
    expect(said).toContain('2 doses due before the last 24 hours: OVERDUE, nothing charted');
  });

  it('a dose that nobody charted before its order was changed is on the paper, and can be charted late', async () => {
    const changedAt = minutesFromNow(-60);
    const order = anOrder({
      text: 'digoxin 125 mcg',
      state: 'stopped',
      stoppedReason: 'Changed by Carl Clinician: see the newer order',
      stoppedAt: changedAt,
      changed: true,
    });
    const dueAt = minutesFromNow(-180);
    const chart = aChart({
      orders: [order],
      dueDoses: [
        {
          order: order.id,
          dueAt,
          window: { early: minutesFromNow(-240), late: minutesFromNow(-120) },
          state: 'not-charted',
        },
      ],
    });
    const ended = `order changed ${formatInstant(changedAt, 'America/Chicago')}`;
    const { unmount } = renderWith(aLamp({ chart }), marPieces(chart, 'America/Chicago')[1]?.node);
    expect(document.body.textContent).toContain(`NOT CHARTED, ${ended}`);
    unmount();
    const start = vi.fn();
    renderWith(
      aLamp({ chart }),
      <MedicationTab
        chart={chart}
        timeZone="America/Chicago"
        now={chart.now}
        start={start}
        clinician={false}
        onDone={() => undefined}
      />,
    );
    await userEvent.click(
      screen.getByRole('button', { name: new RegExp(`not charted, ${ended}: chart digoxin`) }),
    );
    expect(start).toHaveBeenCalledWith({ do: 'give', order: order.id, dueAt });
  });

  it('leaves nothing out in silence: every value of the EHR, and how many answers or problems find no room', () => {
    const names = Array.from({ length: 28 }, (_, index) => `Value ${index + 1}.`);
    const at = minutesFromNow(-600);
    const chart = aChart({
      problems: names,
      ehrObservations: names.map((name) => ({ name, value: '4', effectiveAt: at })),
    });
    const texts = (paper: Paper): string => {
      const { container, unmount } = renderWith(
        aLamp({ chart }),
        paper.pieces.map(({ key, node }) => <div key={key}>{node}</div>),
      );
      const text = container.textContent ?? '';
      unmount();
      return text;
    };
    const packet = texts(transferPaper(chart, 'UTC'));
    for (const name of names) expect(packet).toContain(`${name}: 4`);
    const service = anOrder({ text: '' });
    const order = {
      ...service,
      detail: { category: 'laboratory' as const, request: { text: 'Potassium' }, startAt: at },
    } as unknown as typeof service;
    expect(texts(requisitionPaper(chart, order, 'UTC'))).toMatch(/Value 6\. · and 22 more, not printed/);
    const answerOption = Array.from({ length: 34 }, (_, index) => ({ valueString: `Answer ${index}` }));
    const read = readForm(
      {
        resourceType: 'Questionnaire',
        id: 'long',
        title: 'Long',
        item: [{ linkId: '1', type: 'choice', text: 'Which', answerOption }],
      },
      'UTC',
    );
    if (!read.ok) throw new Error(read.problem);
    expect(texts(blankFormPaper(read.form, chart))).toMatch(/Answer 29 and 4 more, not printed/);
  });

  it('a blank form says the unit of each number, or leaves a place for it', () => {
    const unit = (which: string, display: string) => ({
      url: `http://hl7.org/fhir/StructureDefinition/questionnaire-${which}`,
      valueCoding: { code: display, display },
    });
    const read = readForm(
      {
        resourceType: 'Questionnaire',
        id: 'units',
        title: 'Units',
        item: [
          { linkId: '1', type: 'decimal', text: 'Glucose', extension: [unit('unit', 'mmol/L')] },
          {
            linkId: '2',
            type: 'quantity',
            text: 'Weight',
            extension: [unit('unitOption', 'kg'), unit('unitOption', 'lb')],
          },
          { linkId: '3', type: 'quantity', text: 'Size' },
          { linkId: '4', type: 'integer', text: 'Number of drains' },
        ],
      },
      'UTC',
    );
    if (!read.ok) throw new Error(read.problem);
    const chart = aChart();
    renderWith(
      aLamp({ chart }),
      blankFormPaper(read.form, chart).pieces.map(({ key, node }) => <div key={key}>{node}</div>),
    );
    expect(document.body.textContent).toMatch(
      /Glucose.*mmol\/L.*Weight.*Unit.*kg.*lb.*Size.*Unit.*Number of drains/,
    );
    expect(document.body.textContent).not.toMatch(/Number of drains.*Unit/);
  });

  it('nor does the first page of the chart', () => {
    const names = Array.from({ length: 15 }, (_, index) => `Value ${index + 1}.`);
    const order = anOrder({ text: 'digoxin' });
    const chart = aChart({
      problems: names,
      ehrObservations: names.map((name) => ({ name, value: '4', effectiveAt: minutesFromNow(-600) })),
      orders: [order],
      dueDoses: names.map((_, index) => ({
        order: order.id,
        dueAt: minutesFromNow(-index),
        window: { early: minutesFromNow(-60 - index), late: minutesFromNow(60 - index) },
        state: 'due' as const,
      })),
    });
    renderWith(
      aLamp({ chart }),
      <OverviewTab chart={chart} now={chart.now} timeZone="UTC" start={undefined} />,
    );
    const said = document.body.textContent ?? '';
    for (const name of names) expect(said).toContain(`${name}: 4`);
    expect(said).toContain(names.join(' · '));
    expect(said).toContain('7 more under Medication');
  });

  it('an order as needed has a line to write on, and one that is on hold has none', async () => {
    const asNeeded = (state: 'active' | 'on-hold') => {
      const order = anOrder({ text: 'paracetamol 500 mg', state });
      if (order.detail.category === 'medication')
        order.detail.schedule = { type: 'as-needed', mostPerDay: 4 };
      return marPieces(aChart({ orders: [order], dueDoses: [] }), 'UTC').length;
    };
    expect(asNeeded('active')).toBe(asNeeded('on-hold') + 1);
  });

  it('a tap that finds no chart says so, and the next one is as good as the first', async () => {
    const chart = aChart();
    const lamp = aLamp({ chart });
    const answers = [undefined, chart];
    lamp.vault.chart = async () => answers.shift();
    vi.stubGlobal('print', () => undefined);
    renderWith(
      lamp,
      <PrintChoices chart={chart} by="Nora Nurse" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Wristband' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The paper could not be made');
    await userEvent.click(screen.getByRole('button', { name: 'Wristband' }));
    await screen.findByRole('dialog', { name: /^Print: Wristband/ });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('a sheet of several patients says the allergies of each, whatever the handoffs say', () => {
    const chart = aChart();
    const { pieces } = handoffSheet([chart], [], '4 West', 'America/Chicago');
    renderWith(aLamp({ chart }), pieces[0]?.group?.head);
    expect(screen.getByText(/ALLERGIES: Penicillin V \(hives\)/)).toBeTruthy();
  });

  it('a moment on paper has its day: whoever reads it has no screen to ask', async () => {
    const set = aVitalSet(1, 60, { saturationScale: 1, respirationRate: 18 });
    const chart = aChart({ vitals: [set], history: [set] });
    const whole = formatInstant(set.body.effectiveAt, 'America/Chicago');
    expect(upToInWords(chart, 'America/Chicago')).toContain(` of ${whole}`);
    const lamp = aLamp({ chart });
    const { unmount } = renderWith(lamp, <Unsent entries={[set]} timeZone="America/Chicago" />);
    expect(document.body.textContent).toContain(whole);
    unmount();
    const { container } = renderWith(lamp, <News2Chart sets={[set]} timeZone="America/Chicago" />);
    expect(container.querySelector('svg')?.textContent).toContain(whole.slice(0, 11));
  });

  it('a label has a place for the day on which the specimen was taken', () => {
    const at = minutesFromNow(-600);
    const order = {
      ...anOrder({ text: '' }),
      detail: { category: 'laboratory' as const, request: { text: 'Potassium' }, startAt: at },
    } as unknown as ReturnType<typeof anOrder>;
    const chart = aChart();
    renderWith(
      aLamp({ chart }),
      requisitionPaper(chart, order, 'UTC').pieces.map(({ key, node }) => <div key={key}>{node}</div>),
    );
    expect(screen.getAllByText(/Taken ____-____-______ ____:____ by/)).toHaveLength(3);
  });

  it('what was not taken is said, and is not coloured as the score 0', () => {
    const sets = [
      aVitalSet(1, 60, { saturationScale: 1, respirationRate: 18 }),
      aVitalSet(2, 30, { saturationScale: 1, consciousness: 'alert', oxygenDevice: 'A' }),
    ];
    const chart = aChart({ vitals: sets });
    renderWith(aLamp({ chart }), <News2Chart sets={sets} timeZone="America/Chicago" />);
    const boxOf = (text: Element) => text.parentElement?.querySelector('rect')?.getAttribute('fill');
    expect(screen.getAllByText('Not taken').map(boxOf)).toEqual(['none', 'none']);
    expect(boxOf(screen.getByText('Alert'))).toBe('var(--band-0)');
  });

  it('a balance is not known where something was not measured', () => {
    const at = minutesFromNow(-60);
    const fluid = (position: number, body: object): Chart['measurements'][number] => ({
      id: `${LOG}-${position}`,
      hlc: [position, 0],
      standing: 'current',
      replacedBy: [],
      body: { kind: 'fluid-recorded', author: NURSE, effectiveAt: at, recordedAt: at, ...body } as never,
    });
    const chart = aChart({
      measurements: [
        fluid(1, { route: 'oral', volumeMl: 500 }),
        fluid(2, { route: 'urine', volumeMl: 200 }),
        fluid(3, { route: 'urine', notMeasured: true }),
      ],
    });
    renderWith(
      aLamp({ chart }),
      transferPaper(chart, 'UTC').pieces.map(({ key, node }) => <div key={key}>{node}</div>),
    );
    const said = document.body.textContent ?? '';
    expect(said).toContain('in 500 mL, out at least 200 mL, not measured: urine');
    expect(said).toContain('balance not known; of what was measured +300 mL');
  });

  it.each([
    ['known', 'ALLERGIES'],
    ['nilknown', 'No known allergies'],
    ['notasked', 'Allergies not recorded'],
    ['unavailable', 'Allergies could not be read'],
  ] as const)('a wristband is never silent about allergies: %s', (status, words) => {
    const chart = aChart({ allergies: { status, list: [] } });
    renderWith(aLamp({ chart }), wristbandPaper(chart).pieces[0]?.node);
    expect(document.body.textContent).toContain(words);
  });

  it('a wristband says that the EHR’s allergies could not be read, and that somebody has no number', () => {
    const empty = aChart();
    const chart = aChart({
      allergies: { ...empty.allergies, ehrUnread: true },
      identity: { ...empty.identity, numbers: [] },
    });
    renderWith(aLamp({ chart }), wristbandPaper(chart).pieces[0]?.node);
    expect(document.body.textContent).toContain('there may be more');
    expect(document.body.textContent).toContain('No number on this tablet');
  });

  it('a sheet of several patients says sex, the kind of each number, up to which entry, and what is here only', async () => {
    const set = aVitalSet(1, 60, { saturationScale: 1, respirationRate: 18 });
    const empty = aChart();
    const chart = aChart({
      history: [set],
      identity: {
        ...empty.identity,
        numbers: [
          { kind: 'MR', value: '4410-22' },
          { kind: 'MRT', value: 'DAB12K' },
        ],
      },
    });
    const lamp = aLamp({
      chart,
      changes: { places: async () => ({ [set.id]: { place: 'this-tablet' } }) },
    });
    vi.stubGlobal('print', () => undefined);
    renderWith(
      lamp,
      <PrintPreview
        paper={handoffSheet([chart], [], '4 West', 'America/Chicago')}
        by="Nora"
        timeZone="America/Chicago"
        onClose={() => undefined}
      />,
    );
    const pages = await screen.findByRole('dialog', { name: /^Print: Handoff sheet/ });
    await within(pages).findAllByText(/on this tablet only when this was printed/);
    const said = pages.textContent ?? '';
    expect(said).toContain('Female');
    expect(said).toContain('EHR number 4410-22');
    expect(said).toContain('Downtime number DAB12K');
    expect(said).toContain(`up to entry ${set.id.slice(0, 6)}`);
    expect(said).toMatch(/ABERNATHY, Ruth: on this tablet only when this was printed \(1\)/i);
    expect(said).toContain('1 of its entries on this tablet only');
  });

  it('each print is in the trail: the first, again, and by the key of the browser', async () => {
    const printed: unknown[] = [];
    const chart = aChart();
    const lamp = aLamp({ chart, changes: { printed: async (what) => void printed.push(what) } });
    // As browsers do.
    vi.stubGlobal('print', () => dispatchEvent(new Event('beforeprint')));
    const choices = (
      <PrintChoices chart={chart} by="Nora" timeZone="America/Chicago" onDone={() => undefined} />
    );
    renderWith(lamp, choices);
    await userEvent.click(screen.getByRole('button', { name: 'Medication record' }));
    await waitFor(() => expect(printed).toHaveLength(1));
    await userEvent.click(screen.getByRole('button', { name: 'Print again' }));
    await userEvent.click(screen.getByText('A4'));
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Print again' })).toHaveProperty('disabled', false),
    );
    dispatchEvent(new Event('beforeprint'));
    expect(printed).toEqual(
      [1, 2, 3].map(() => ({ patients: [chart.identity.id], what: 'Medication record', pages: 1 })),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    dispatchEvent(new Event('beforeprint'));
    expect(printed).toHaveLength(3);
  });

  it('a sheet of several patients is in the trail under each of them', () => {
    const chart = aChart();
    expect(handoffSheet([chart], [], '4 West', 'America/Chicago').patients).toEqual([chart.identity.id]);
  });

  it('a tablet that does not answer says so, and does not lay out for ever', async () => {
    const chart = aChart();
    const lamp = aLamp({ chart, changes: { places: () => Promise.reject(new Error('gone')) } });
    renderWith(
      lamp,
      <PrintChoices chart={chart} by="Nora" timeZone="America/Chicago" onDone={() => undefined} />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Medication record' }));
    expect(await screen.findByText(/This tablet does not answer: nothing can be printed/)).toBeDefined();
  });
});
