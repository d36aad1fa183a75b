// @vitest-environment jsdom
import './browser.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useMemo } from 'react';
import { describe, expect, it } from 'vitest';
import { QuestionnaireFields } from '../../src/app/forms/QuestionnaireFields.tsx';
import { useFormSheet } from '../../src/app/forms/use-form-sheet.ts';
import { FillForm } from '../../src/app/tablet/forms/FillForm.tsx';
import { FormsTab } from '../../src/app/tablet/patient/FormsTab.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import type { BodyOf, Charted } from '../../src/clinical/index.ts';
import { emptySheet, type Form, judge, readForm } from '../../src/forms/index.ts';
import { SHIPPED_FORMS } from '../../src/forms/shipped.ts';
import { aChart, aLamp, type FakeLamp, LOG, NURSE, PATIENT, renderWith } from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
const NO_CONTEXT = {};
const formOf = (content: unknown): Form => {
  const read = readForm(content, ZONE);
  if (!read.ok) throw new Error(read.problem);
  return read.form;
};

const FALL = formOf({
  resourceType: 'Questionnaire',
  id: 'fall',
  url: 'https://hospital.example/fall',
  version: '3',
  title: 'Fall',
  item: [
    { linkId: '1', type: 'string', text: 'Where', required: true },
    { linkId: '2', type: 'boolean', text: 'Injured' },
    {
      linkId: '2.1',
      type: 'choice',
      text: 'Injury',
      required: true,
      repeats: true,
      answerOption: [{ valueString: 'Bruise' }, { valueString: 'Fracture' }],
      enableWhen: [{ question: '2', operator: '=', answerBoolean: true }],
    },
    {
      linkId: '3',
      type: 'group',
      text: 'Check',
      repeats: true,
      item: [{ linkId: '3.1', type: 'integer', text: 'Pulse' }],
    },
  ],
});

function open(lamp: FakeLamp, props: Partial<Parameters<typeof FillForm>[0]> = {}) {
  return renderWith(
    lamp,
    <FillForm
      form={FALL}
      chart={aChart()}
      timeZone={ZONE}
      now={new Date().toISOString()}
      onDone={() => undefined}
      onCancel={() => undefined}
      {...props}
    />,
  );
}

describe('a form of the hospital', () => {
  it('asks what the answers make it ask, and is signed as a QuestionnaireResponse', async () => {
    const lamp = aLamp();
    open(lamp);
    expect(screen.queryByRole('group', { name: /Injury/ })).toBeNull();
    await userEvent.type(screen.getByLabelText('Where *'), 'Bathroom');
    await userEvent.click(within(screen.getByRole('group', { name: 'Injured' })).getByLabelText('Yes'));
    const injuries = within(screen.getByRole('group', { name: /Injury/ }));
    await userEvent.click(injuries.getByLabelText('Fracture'));
    await userEvent.click(injuries.getByLabelText('Bruise'));
    await userEvent.type(screen.getByLabelText('Pulse'), '88');
    await userEvent.click(screen.getByRole('button', { name: /Add another: Check/ }));
    await userEvent.type(screen.getAllByLabelText('Pulse')[1]!, '92');
    await userEvent.click(screen.getByRole('button', { name: 'Sign form' }));
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
    expect(lamp.appended[0]).toMatchObject({
      patient: PATIENT,
      draft: {
        kind: 'form-answered',
        form: { id: 'fall', title: 'Fall', url: 'https://hospital.example/fall', version: '3' },
        status: 'completed',
        items: [
          { linkId: '1', text: 'Where', answer: [{ valueString: 'Bathroom' }] },
          { linkId: '2', text: 'Injured', answer: [{ valueBoolean: true }] },
          {
            linkId: '2.1',
            text: 'Injury',
            answer: [{ valueString: 'Bruise' }, { valueString: 'Fracture' }],
          },
          { linkId: '3', text: 'Check', item: [{ linkId: '3.1', answer: [{ valueInteger: 88 }] }] },
          { linkId: '3', text: 'Check', item: [{ linkId: '3.1', answer: [{ valueInteger: 92 }] }] },
        ],
      },
    });
    expect(lamp.drafts.size).toBe(0);
  });

  it('says what is missing, saves nothing, and keeps what was written as a draft', async () => {
    const lamp = aLamp();
    open(lamp);
    await userEvent.type(screen.getByLabelText('Pulse'), 'fast');
    await userEvent.click(within(screen.getByRole('group', { name: 'Injured' })).getByLabelText('Yes'));
    await userEvent.click(screen.getByRole('button', { name: 'Sign form' }));
    expect(await screen.findByText(/Not saved yet/)).toBeTruthy();
    expect(screen.getAllByText('This is needed')).toHaveLength(2);
    expect(screen.getByText('A number is needed')).toBeTruthy();
    expect(lamp.appended).toEqual([]);
    await waitFor(() => expect(JSON.stringify(lamp.drafts.get(`form:${PATIENT}:fall`))).toContain('fast'));
  });

  it('goes on where its author left it, a group that repeats too', async () => {
    const lamp = aLamp();
    const { unmount } = open(lamp);
    await userEvent.type(screen.getByLabelText('Where *'), 'Corridor');
    await userEvent.click(screen.getByRole('button', { name: /Add another: Check/ }));
    unmount();
    await waitFor(() => expect(lamp.drafts.size).toBe(1));
    open(lamp, { draft: lamp.drafts.get(`form:${PATIENT}:fall`)?.content });
    expect((screen.getByLabelText('Where *') as HTMLInputElement).value).toBe('Corridor');
    expect(screen.getAllByLabelText('Pulse')).toHaveLength(2);
  });

  it('is read back for an amendment, which names what it replaces and why', async () => {
    const lamp = aLamp();
    const amend: Charted<BodyOf<'form-answered'>> = {
      id: `${LOG}-7`,
      hlc: [0, 0],
      standing: 'current',
      replacedBy: [],
      body: {
        kind: 'form-answered',
        author: NURSE,
        effectiveAt: '2026-11-24T14:05:00.000Z',
        recordedAt: '2026-11-24T14:06:00.000Z',
        form: { id: 'fall', title: 'Fall' },
        status: 'completed',
        items: [{ linkId: '1', text: 'Where', answer: [{ valueString: 'Bathroom' }] }],
      },
    };
    open(lamp, { amend });
    await userEvent.type(screen.getByLabelText('Where *'), ', wet floor');
    expect((screen.getByRole('button', { name: 'Sign form' }) as HTMLButtonElement).disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('Why is it amended?'), 'seen again');
    await userEvent.click(screen.getByRole('button', { name: 'Sign form' }));
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
    expect(lamp.appended[0]?.draft).toMatchObject({
      replaces: `${LOG}-7`,
      reason: 'seen again',
      effectiveAt: '2026-11-24T14:05:00.000Z',
      items: [{ linkId: '1', answer: [{ valueString: 'Bathroom, wet floor' }] }],
    });
  });

  it('with a required item that no tablet can take is kept as not complete', async () => {
    const lamp = aLamp();
    const asksForRecord = formOf({
      resourceType: 'Questionnaire',
      title: 'Wound',
      item: [
        { linkId: '1', type: 'reference', text: 'Ward doctor', required: true },
        { linkId: '2', type: 'string', text: 'Where' },
      ],
    });
    open(lamp, { form: asksForRecord });
    expect(screen.getByText(/unsupported: reference/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText('Where'), 'Heel');
    await userEvent.click(screen.getByRole('button', { name: 'Sign form' }));
    await waitFor(() => expect(lamp.appended[0]?.draft).toMatchObject({ status: 'in-progress' }));
  });

  it('stands on the patient’s page in place of the one that comes along under its id', async () => {
    const lamp = aLamp();
    lamp.vault.forms = async () => [
      { id: 'fall-event', questionnaire: { ...FALL.questionnaire, id: 'fall-event', title: 'Our own fall' } },
      { id: 'death-record', questionnaire: null },
    ];
    renderWith(
      lamp,
      <PatientScreen
        patient={PATIENT}
        session={{ staff: NURSE, ward: { id: '4west', name: '4 West' } }}
        timeZone={ZONE}
        go={() => undefined}
      />,
    );
    await userEvent.click(await screen.findByRole('tab', { name: 'Forms' }));
    expect(await screen.findByRole('button', { name: 'Our own fall' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Fall event' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Death record' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Blood transfusion record' }));
    expect(await screen.findByLabelText('Unit number *')).toBeTruthy();
  });
});

const FOLDER = join(import.meta.dirname, '../fixtures/questionnaires');

function Drawn({ form }: { form: Form }) {
  const start = useMemo(() => emptySheet(form), [form]);
  const { sheet, live, warnings } = useFormSheet(form, start, NO_CONTEXT);
  return <QuestionnaireFields form={form} live={live} sheet={sheet} warnings={warnings} />;
}

describe('Questionnaires that somebody else wrote', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.json')))('%s is drawn', (name) => {
    const form = formOf(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));
    const { container } = renderWith(aLamp(), <Drawn form={form} />);
    const { textContent } = container;
    for (const item of form.items) {
      if (item.hidden || item.source.enableWhen || item.enableExpression) continue;
      if (item.text) expect(textContent).toContain(item.text.replace(/\s+/g, ' ').trim().slice(0, 20));
    }
    for (const { why, verdict, linkId } of judge(form))
      if (verdict === 'unsupported' && !form.items.every((item) => item.linkId !== linkId))
        expect(textContent).toContain(`unsupported: ${why}`);
  });
});

describe('a form that comes along', () => {
  const shipped = (id: string): Form =>
    formOf(SHIPPED_FORMS.find((one) => (one as { id: string }).id === id));

  it('a result by telephone is charted where somebody is told of it, not on a sheet that tells nobody', async () => {
    const started: unknown[] = [];
    const form = shipped('telephone-result');
    const { unmount } = renderWith(
      aLamp(),
      <FormsTab chart={aChart()} timeZone={ZONE} start={(task) => started.push(task)} writes />,
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Result by telephone' }));
    expect(started).toEqual([{ do: 'result' }]);
    unmount();
    // A sheet that was begun before: it is not lost, and says what it does not do.
    open(aLamp(), { form });
    expect(screen.getByText(/tells nobody of a critical result/)).toBeTruthy();
  });

  it('a hospital’s own form of that name stays a form', async () => {
    const started: unknown[] = [];
    const own = { ...shipped('telephone-result').questionnaire, url: 'https://hospital.example/phone' };
    renderWith(
      aLamp({ changes: { forms: async () => [{ id: 'telephone-result', questionnaire: own } as never] } }),
      <FormsTab chart={aChart()} timeZone={ZONE} start={(task) => started.push(task)} writes />,
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Result by telephone' }));
    expect(started).toEqual([{ do: 'form', form: 'telephone-result' }]);
  });

  it('one tap writes an event of a resuscitation with its time', async () => {
    const lamp = aLamp();
    open(lamp, { form: shipped('resuscitation-record') });
    await userEvent.click(screen.getByRole('button', { name: 'Now: Shock' }));
    await userEvent.click(screen.getByRole('button', { name: 'Now: Rhythm check' }));
    const times = screen.getAllByLabelText('Time *') as HTMLInputElement[];
    expect(times.map(({ value }) => /^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d$/.test(value))).toEqual([
      true,
      true,
    ]);
    const what = screen.getAllByRole('combobox', { name: /^What/ }) as HTMLInputElement[];
    expect(what.map(({ value }) => value)).toEqual(['Shock', 'Rhythm check']);
  });
});
