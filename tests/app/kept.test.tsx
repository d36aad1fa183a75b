// @vitest-environment jsdom
import './browser.ts';
import { TextInput } from '@mantine/core';
import { cleanup, createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BoardScreen } from '../../src/app/tablet/BoardScreen.tsx';
import { KeptForm, useKeptValues } from '../../src/app/tablet/forms/KeptForm.tsx';
import { RegisterScreen } from '../../src/app/tablet/forms/RegisterScreen.tsx';
import { useKept, useKeptForm, useKeptTime } from '../../src/app/tablet/forms/use-kept.ts';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import { TaskForm } from '../../src/app/tablet/patient/TaskForm.tsx';
import { type Screen, Shell } from '../../src/app/tablet/Shell.tsx';
import { type Chart, formatInstant } from '../../src/clinical/index.ts';
import {
  aBoardRow,
  aChart,
  aLamp,
  anOrder,
  aStatus,
  type FakeLamp,
  LOG,
  minutesFromNow,
  NURSE,
  PATIENT,
  PIN,
  renderWith,
} from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
const session = { staff: NURSE, ward: aStatus().wards[0]! };
const props = { session, timeZone: ZONE, go: () => undefined };
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>('button', { name });
const field = (label: string | RegExp) => screen.getByLabelText<HTMLInputElement>(label);
const kept = (lamp: FakeLamp) => [...lamp.drafts.values()];
const contentOf = (lamp: FakeLamp) => kept(lamp)[0]?.content as Record<string, unknown> | undefined;

const Fields = z.object({
  dose: z.string().max(3),
  route: z.enum(['po', 'iv']),
  pump: z.string(),
  at: z.string(),
  pin: z.string(),
});
function Probe() {
  const [text, setText] = useKept('text', z.string(), '');
  const [rating, setRating] = useKept('rating', z.number().max(10).optional(), 3);
  const [at, setAt] = useKeptTime('14:05');
  const { register } = useKeptForm(
    Fields,
    { dose: '', route: 'po', pump: '', at: '14:05', pin: '' },
    { never: ['pin'], ofTheMoment: ['at', 'pump'] },
  );
  const { discard } = useKeptValues();
  return (
    <>
      <TextInput label="Text" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <p>rating {rating ?? 'none'}</p>
      <button type="button" onClick={() => setRating(undefined)}>
        No rating
      </button>
      <TextInput label="Time" value={at} onChange={(event) => setAt(event.currentTarget.value)} />
      <TextInput label="Dose" {...register('dose')} />
      <TextInput label="Route" {...register('route')} />
      <TextInput label="Pump" {...register('pump')} />
      <TextInput label="Given at" {...register('at')} />
      <TextInput label="PIN" {...register('pin')} />
      <button type="button" onClick={() => void discard()}>
        Save
      </button>
    </>
  );
}

/** The form of a result that was left 59 minutes ago, and a clock to move on. */
function ResultWithAClock() {
  const [opened] = useState(Date.now);
  const [now, setNow] = useState(opened);
  return (
    <>
      <button type="button" onClick={() => setNow(now + 10 * 60_000)}>
        Ten minutes later
      </button>
      <TaskForm
        task={{
          do: 'result',
          draft: { test: 'Potassium' },
          leftAt: new Date(opened - 59 * 60_000).toISOString(),
        }}
        chart={aChart()}
        now={new Date(now).toISOString()}
        timeZone={ZONE}
        staff={NURSE}
        wristband={false}
        onDone={() => undefined}
        onCancel={() => undefined}
      />
    </>
  );
}

describe('a field that is kept', () => {
  function open(draft?: unknown, lamp = aLamp()) {
    if (draft !== undefined) lamp.drafts.set('bed:x', { key: 'bed:x', savedAt: '', content: draft });
    const { unmount } = renderWith(
      lamp,
      <KeptForm draftKey="bed:x" patient={PATIENT} draft={draft}>
        <Probe />
      </KeptForm>,
    );
    return { lamp, user: userEvent.setup(), unmount };
  }

  it('is not kept before a person changed something, and not for its time alone', async () => {
    const { lamp, user, unmount } = open();
    await user.type(field('Time'), '9');
    unmount();
    expect(kept(lamp)).toEqual([]);
  });

  it('is kept with all the others, and is there when the form is continued', async () => {
    const { lamp, user, unmount } = open();
    await user.type(field('Text'), 'half');
    await user.click(button('No rating'));
    await user.type(field('Dose'), '12345');
    unmount();
    await waitFor(() => expect(kept(lamp)[0]).toMatchObject({ key: 'bed:x', patient: PATIENT }));
    open(contentOf(lamp));
    expect(field('Text').value).toBe('half');
    expect(screen.getByText('rating none')).toBeTruthy();
    expect(field('Time').value).toBe('14:05');
    // Too long to be saved, which is no reason to lose it.
    expect(field('Dose').value).toBe('12345');
  });

  it('is forgotten once it is emptied again', async () => {
    const { lamp, user } = open();
    await user.type(field('Text'), 'half');
    await waitFor(() => expect(kept(lamp)).toHaveLength(1));
    await user.clear(field('Text'));
    await waitFor(() => expect(kept(lamp)).toEqual([]));
  });

  it('is forgotten once the entry is saved, also where its last letter was not written yet', async () => {
    const { lamp, user, unmount } = open();
    await user.type(field('Text'), 'half');
    await user.click(button('Save'));
    unmount();
    await waitFor(() => expect(kept(lamp)).toEqual([]));
  });

  it.each([
    ['of other types', { text: 7, rating: 'many', at: null, dose: [], route: 'by drone' }],
    ['out of bounds', { rating: 99 }],
    ['no object', 'note'],
    ['null', null],
  ])('that comes back as something else is as at first: %s', async (_, draft) => {
    const { lamp, unmount } = open(draft);
    expect(field('Text').value).toBe('');
    expect(screen.getByText('rating 3')).toBeTruthy();
    expect(field('Time').value).toBe('14:05');
    expect(field('Dose').value).toBe('');
    expect(field('Route').value).toBe('po');
    // What could not be read is not deleted for it.
    unmount();
    expect(kept(lamp)).toHaveLength(1);
  });

  it('is not kept where it is secret, nor where it was so at that moment alone', async () => {
    const { lamp, user, unmount } = open();
    await user.type(field('PIN'), PIN);
    await user.type(field('Pump'), '250');
    unmount();
    expect(kept(lamp)).toEqual([]);
    const again = open(undefined, lamp);
    await again.user.type(field('Dose'), '5');
    await again.user.type(field('PIN'), PIN);
    await again.user.type(field('Pump'), '250');
    again.unmount();
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ dose: '5', route: 'po' }));
    expect(JSON.stringify(contentOf(lamp))).not.toMatch(/135790|250|"pin"/);
  });

  it('of one moment is kept where a person typed the time, and dropped where the time is taken back', async () => {
    const { lamp, user } = open();
    await user.type(field('Pump'), '250');
    await user.clear(field('Given at'));
    await user.type(field('Given at'), '13:00');
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ pump: '250' }));
    await user.type(field('Dose'), '5');
    await user.clear(field('Given at'));
    await user.type(field('Given at'), '14:05');
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ dose: '5' }));
    await waitFor(() => expect(contentOf(lamp)).not.toHaveProperty('pump'));
  });

  it('that cannot be kept says so', async () => {
    const lamp = aLamp({
      changes: {
        saveDraft: async () => ({ ok: false, error: { kind: 'full', message: 'This tablet is full.' } }),
      },
    });
    const { user } = open(undefined, lamp);
    await user.type(field('Text'), 'x');
    expect((await screen.findByRole('alert')).textContent).toBe(
      'The draft is not kept: This tablet is full.',
    );
  });
});

/** Locked and unlocked: nothing of the page is left but what the vault keeps. */
async function openPatient(lamp: FakeLamp, tab?: string) {
  cleanup();
  renderWith(lamp, <PatientScreen {...props} patient={PATIENT} />);
  if (tab !== undefined) await userEvent.click(await screen.findByRole('tab', { name: tab }));
}

describe('a half-filled form about a patient', () => {
  it('a result by telephone is there after a lock, read back anew, and gone once saved', async () => {
    const lamp = aLamp();
    await openPatient(lamp, 'Orders');
    await userEvent.click(button('Result by telephone'));
    await userEvent.type(field('Test'), 'Potassium');
    await userEvent.type(field('Value, as it was said'), '6.8');
    await userEvent.click(field(/^Critical: /));
    await userEvent.click(field('Read back and confirmed'));
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ value: '6.8', critical: 'yes' }));
    await openPatient(lamp);
    await screen.findByText('You have an unfinished result by telephone about this patient.');
    await userEvent.click(button('Continue unfinished result by telephone'));
    expect(field('Test').value).toBe('Potassium');
    expect(field('Value, as it was said').value).toBe('6.8');
    expect(field(/^Critical: /).checked).toBe(true);
    expect(field('Read back and confirmed').checked).toBe(false);
    await userEvent.type(field('Who gave it, from where'), 'Lee, laboratory');
    await userEvent.click(field('Read back and confirmed'));
    await userEvent.click(button('Save result'));
    await screen.findByText(/Saved on this tablet/);
    expect(lamp.appended[0]?.draft).toMatchObject({ test: 'Potassium', value: '6.8', critical: true });
    // By the write that saves it: after a crash in between it would be offered again.
    expect(lamp.appended[0]?.forgets).toBe(`result:${PATIENT}`);
    expect(kept(lamp)).toEqual([]);
    expect(screen.queryByText(/unfinished/)).toBeNull();
  });

  it('is there after Cancel too, by the same tap that opens an empty one', async () => {
    const lamp = aLamp();
    await openPatient(lamp, 'Charting');
    await userEvent.click(button('Record pain'));
    await userEvent.click(within(screen.getByRole('group', { name: /^At rest/ })).getByLabelText('7'));
    await userEvent.click(button('Cancel'));
    await screen.findByText('You have an unfinished pain score about this patient.');
    await userEvent.click(screen.getByRole('tab', { name: 'Charting' }));
    await userEvent.click(button('Record pain'));
    expect(
      within(screen.getByRole('group', { name: /^At rest/ })).getByLabelText<HTMLInputElement>('7').checked,
    ).toBe(true);
    await userEvent.click(button('Cancel'));
    await userEvent.click(await screen.findByRole('button', { name: 'Discard unfinished pain score' }));
    await waitFor(() => expect(kept(lamp)).toEqual([]));
  });

  it('a handoff of more than an hour ago too: it was filled from the chart as it was then', async () => {
    const lamp = aLamp();
    const chart = aChart();
    renderWith(
      lamp,
      <TaskForm
        task={{
          do: 'handoff',
          draft: { format: 'sbar', parts: { situation: 'Vital signs 14:05 (10min ago): Pulse 64' } },
          leftAt: minutesFromNow(-61),
        }}
        chart={chart}
        now={minutesFromNow(0)}
        timeZone={ZONE}
        staff={NURSE}
        wristband={false}
        onDone={() => undefined}
        onCancel={() => undefined}
      />,
    );
    expect(screen.getByText(/You left an unfinished handoff here/)).toBeDefined();
    await userEvent.click(button('Discard it and start anew'));
    expect((await screen.findByLabelText<HTMLTextAreaElement>('Situation')).value).not.toContain('Pulse 64');
  });

  it('of more than an hour ago is asked about first: its values and its time are of then', async () => {
    const lamp = aLamp();
    const key = `pain-assessed:${PATIENT}`;
    const left = (minutes: number) =>
      lamp.drafts.set(key, {
        key,
        patient: PATIENT,
        savedAt: new Date(Date.now() - minutes * 60_000).toISOString(),
        content: { atRest: 7 },
      });
    left(59);
    await openPatient(lamp, 'Charting');
    await userEvent.click(button('Record pain'));
    await screen.findByRole('group', { name: /^At rest/ });
    cleanup();
    left(61);
    await openPatient(lamp, 'Charting');
    await userEvent.click(button('Record pain'));
    await screen.findByText(/You left an unfinished pain score here/);
    expect(screen.queryByRole('group', { name: /^At rest/ })).toBeNull();
    await userEvent.click(button('Discard it and start anew'));
    await screen.findByRole('group', { name: /^At rest/ });
    expect(kept(lamp)).toEqual([]);
  });

  it('is not taken away while somebody writes in it, though an hour passes meanwhile', async () => {
    renderWith(aLamp(), <ResultWithAClock />);
    await userEvent.type(field('Value, as it was said'), '6.8');
    await userEvent.click(button('Ten minutes later'));
    expect(field('Test').value).toBe('Potassium');
    expect(field('Value, as it was said').value).toBe('6.8');
  });

  it('that was only opened and closed leaves nothing', async () => {
    const lamp = aLamp({ chart: aChart({ orders: [anOrder({ text: 'metoprolol' })] }) });
    await openPatient(lamp, 'Charting');
    await userEvent.click(button('Record pain'));
    await userEvent.click(button('Cancel'));
    await userEvent.click(button('Record allergy'));
    await userEvent.click(button('Cancel'));
    await screen.findByRole('button', { name: 'Record allergy' });
    expect(kept(lamp)).toEqual([]);
  });

  it('a worry goes on with the next in line, and as the same one', async () => {
    const lamp = aLamp();
    const said: string[] = [];
    const open = (draft?: unknown) => {
      cleanup();
      renderWith(
        lamp,
        <TaskForm
          task={{ do: 'escalate', draft }}
          chart={aChart()}
          now={new Date().toISOString()}
          timeZone={ZONE}
          staff={NURSE}
          wristband={false}
          onDone={(message) => said.push(message)}
          onCancel={() => undefined}
        />,
      );
    };
    open();
    await userEvent.type(field('What is it about?'), 'Looks grey');
    await userEvent.type(field('Who was told'), 'Dr Tanaka');
    await userEvent.click(field('Did not answer'));
    await userEvent.click(button('Save'));
    await waitFor(() => expect(lamp.appended).toHaveLength(1));
    await userEvent.type(field('Who was told'), 'Dr Stein');
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ told: 'Dr Stein' }));
    expect(kept(lamp)[0]?.key).toBe(`escalation:${PATIENT}`);
    open(contentOf(lamp));
    expect(field('Who was told').value).toBe('Dr Stein');
    expect(field('What they said').value).toBe('Dr Tanaka did not answer');
    await userEvent.click(field('Is coming'));
    await userEvent.click(button('Save'));
    await waitFor(() => expect(said).toHaveLength(1));
    expect(lamp.appended[1]?.draft).toMatchObject({
      about: `${LOG}-101`,
      because: 'Looks grey',
      told: 'Dr Stein',
    });
    expect(kept(lamp)).toEqual([]);
  });
});

describe('a half-charted dose', () => {
  const order = anOrder({ text: 'Morphine 5 mg', dose: 5 });
  const dueAt = minutesFromNow(-10);
  const chart = aChart({ allergies: { status: 'nilknown', list: [] }, orders: [order] });
  async function openDose(lamp: FakeLamp) {
    cleanup();
    renderWith(lamp, <PatientScreen {...props} patient={PATIENT} give={{ order: order.id, dueAt }} />);
    await screen.findByLabelText('Dose given');
  }

  it('is there after a lock, at the time of now, and identified and justified anew', async () => {
    const lamp = aLamp({ chart });
    await openDose(lamp);
    await userEvent.clear(field('Dose given'));
    await userEvent.type(field('Dose given'), '2.5');
    await userEvent.type(field('Comment'), 'in small steps');
    await userEvent.click(button('No scanner here'));
    await userEvent.click(screen.getByRole('checkbox', { name: 'Checked with patient and paper' }));
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ comment: 'in small steps' }));
    expect(kept(lamp)[0]?.key).toBe(`dose:${PATIENT}:${order.id} ${dueAt}`);
    expect(contentOf(lamp)).not.toHaveProperty('at');
    expect(JSON.stringify(contentOf(lamp))).not.toMatch(/Checked with patient|No scanner here/);
    await openDose(lamp);
    expect(field('Dose given').value).toBe('2.5');
    expect(field('Comment').value).toBe('in small steps');
    expect(button('No scanner here').getAttribute('aria-pressed')).toBe('false');
    expect(
      screen.getByRole<HTMLInputElement>('checkbox', { name: 'Checked with patient and paper' }).checked,
    ).toBe(false);
  });

  it('keeps a time that was typed', async () => {
    const lamp = aLamp({ chart });
    const typed = formatInstant(minutesFromNow(-40), ZONE);
    await openDose(lamp);
    await userEvent.clear(field('Time given'));
    await userEvent.type(field('Time given'), typed);
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ at: typed }));
    await openDose(lamp);
    expect(field('Time given').value).toBe(typed);
  });

  it('is no draft any more once it is saved, also while its second signature is still asked for', async () => {
    const lamp = aLamp({ chart });
    await openDose(lamp);
    await userEvent.type(field('Comment'), 'slowly');
    await userEvent.click(button('No scanner here'));
    await userEvent.click(screen.getByRole('checkbox', { name: 'Checked with patient and paper' }));
    await waitFor(() => expect(kept(lamp)).toHaveLength(1));
    await userEvent.click(button(/^Next: /));
    await userEvent.type(field('What is prepared, as the second person reads it'), '5');
    await userEvent.click(screen.getByRole('combobox', { name: 'Counted in' }));
    await userEvent.click(await screen.findByRole('option', { name: 'ampoules' }));
    for (const [label, count] of [
      ['Count before', '6'],
      ['Given', '1'],
      ['Count after', '5'],
    ] as const)
      await userEvent.type(field(label), count);
    await userEvent.click(screen.getByRole('combobox', { name: 'Second person' }));
    await userEvent.click(await screen.findByRole('option', { name: 'Carl Clinician' }));
    await userEvent.type(screen.getByLabelText(/PIN/), '999999');
    await userEvent.click(button('Sign and save dose'));
    await screen.findByText(/It is saved; the second signature is not yet/);
    expect(lamp.appended).toHaveLength(1);
    expect(lamp.appended[0]?.forgets).toMatch(/^dose:/);
    expect(kept(lamp)).toEqual([]);
  });

  it('whose order is not on the chart any more says so, shows its words, and can be discarded', async () => {
    const lamp = aLamp({ chart: aChart() });
    lamp.drafts.set('d', {
      key: `dose:${PATIENT}:${order.id} ${dueAt}`,
      patient: PATIENT,
      savedAt: minutesFromNow(-3),
      content: {
        comment: 'in small steps',
        dose: '2.5',
        order: order.id,
        notGivenReason: 'nil-by-mouth',
        effectiveAt: '2026-11-24T14:05:00.000Z',
      },
    });
    lamp.vault.discardDraft = async () => void lamp.drafts.clear();
    await openPatient(lamp);
    await screen.findByText(/unfinished dose about this patient.*has left this chart meanwhile/);
    expect(
      screen.getByText(/^You wrote: in small steps · 2.5 · nil by mouth · 24-Nov-2026 \d\d:05$/),
    ).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Continue unfinished dose/ })).toBeNull();
    await userEvent.click(button('Discard unfinished dose'));
    await waitFor(() => expect(screen.queryByText(/unfinished dose/)).toBeNull());
    expect(kept(lamp)).toEqual([]);
  });
});

describe('a change of an order', () => {
  it('is kept with its order, without the PIN, and leaves the draft of a new order alone', async () => {
    const id = `${LOG}-7`;
    const order = anOrder({ id, source: { from: 'entry', entry: id }, text: 'furosemide' });
    const chart: Chart = aChart({ orders: [order], allergies: { status: 'nilknown', list: [] } });
    const lamp = aLamp({ chart });
    const older = {
      key: `order:${PATIENT}`,
      patient: PATIENT,
      savedAt: minutesFromNow(-3),
      // As an older version of the app wrote it, with fewer fields.
      content: { category: 'medication', what: 'paracetamol', dose: '1', unit: 'g', pin: '' },
    };
    lamp.drafts.set(older.key, older);
    const clinician = { ...props, session: { ...session, staff: { ...NURSE, role: 'clinician' as const } } };
    const open = () => {
      cleanup();
      renderWith(lamp, <PatientScreen {...clinician} patient={PATIENT} />);
    };
    open();
    await userEvent.click(await screen.findByRole('tab', { name: 'Orders' }));
    await userEvent.click(button('Change order: furosemide'));
    await userEvent.clear(field('Dose'));
    await userEvent.type(field('Dose'), '40');
    await userEvent.type(screen.getByLabelText('PIN'), PIN);
    await waitFor(() => expect(kept(lamp)).toHaveLength(2));
    open();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Continue unfinished change of an order, furosemide' }),
    );
    expect(field('Dose').value).toBe('40');
    expect(JSON.stringify(kept(lamp))).not.toContain(PIN);
    await userEvent.type(screen.getByLabelText('PIN'), PIN);
    await userEvent.click(button('Sign order'));
    await screen.findByText(/Saved on this tablet/);
    expect(kept(lamp)).toEqual([older]);
    await userEvent.click(button('Continue unfinished order'));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Medication' }).value).toBe('paracetamol');
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Unit' }).value).toBe('g');
  });
});

describe('many that are unfinished', () => {
  it('leave room for the ward: the newest first, the rest a tap away', async () => {
    const lamp = aLamp();
    const kinds = ['result', 'allergy', 'bed', 'pain-assessed', 'pregnancy'];
    for (const [at, kind] of kinds.entries())
      lamp.drafts.set(kind, {
        key: `${kind}:${PATIENT}`,
        patient: PATIENT,
        savedAt: minutesFromNow(at - 10),
        content: {},
      });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    const names = () => screen.getAllByRole('button', { name: /^Continue/ }).map((one) => one.textContent);
    const newest = ['pregnancy record', 'pain score', 'bed'].map((name) => `Continue unfinished ${name}`);
    await screen.findByRole('button', { name: newest[0]! });
    expect(names()).toEqual(newest);
    await userEvent.click(button('Show 2 more that you left unfinished'));
    expect(names()).toHaveLength(5);
  });
});

describe('what is unfinished about a patient who left the board', () => {
  it('stands there with its words, is opened or discarded, and says no name that is not known', async () => {
    const lamp = aLamp({ rows: [] });
    const gone = '9'.repeat(32);
    lamp.drafts.set(`note:${gone}`, {
      key: `note:${gone}`,
      patient: gone,
      savedAt: minutesFromNow(-3),
      content: { text: 'restless since noon' },
    });
    const went: Screen[] = [];
    renderWith(
      lamp,
      <BoardScreen {...props} go={(next) => went.push(next)} tab="board" onTab={() => undefined} />,
    );
    await screen.findByText(/You have an unfinished note about a patient who is not on this board/);
    expect(screen.getByText('You wrote: restless since noon')).toBeDefined();
    await userEvent.click(button('Continue unfinished note'));
    expect(went).toEqual([{ at: 'patient', patient: gone }]);
    await userEvent.click(button('Discard unfinished note'));
    await waitFor(() => expect(screen.queryByText(/unfinished/)).toBeNull());
    expect(lamp.drafts.size).toBe(0);
  });
});

describe('a half-typed registration', () => {
  const other = aBoardRow({
    patient: 'ee'.repeat(16),
    name: { family: 'Müller-Lüdenscheidt', given: 'Anna' },
    birthDate: '1960-01-01',
    number: { kind: 'MR', value: 'DA-0017' },
    numbers: [{ kind: 'MR', value: 'DA-0017' }],
    bed: '3',
  });
  function register(lamp: FakeLamp) {
    cleanup();
    const went: Screen[] = [];
    renderWith(lamp, <RegisterScreen {...props} go={(next) => went.push(next)} />);
    return went;
  }

  it('is offered on the board, is there again, and is gone once saved', async () => {
    const lamp = aLamp();
    register(lamp);
    await userEvent.type(await screen.findByLabelText('Family name'), 'Okonkwo');
    await userEvent.type(field('Date of birth'), '04-Ma');
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ birthDate: '04-Ma' }));
    expect(kept(lamp)[0]).not.toHaveProperty('patient');
    cleanup();
    const went: Screen[] = [];
    renderWith(
      lamp,
      <BoardScreen {...props} go={(next) => went.push(next)} tab="board" onTab={() => undefined} />,
    );
    await screen.findByText(/You have an unfinished registration, from \d\d:\d\d\./);
    await userEvent.click(button('Continue unfinished registration'));
    expect(went).toEqual([{ at: 'register' }]);
    register(lamp);
    expect((await screen.findByLabelText<HTMLInputElement>('Family name')).value).toBe('Okonkwo');
    await userEvent.type(field('Date of birth'), 'r-1951');
    await userEvent.click(button('Register patient'));
    await screen.findByText('DA00001X');
    expect(kept(lamp)).toEqual([]);
  });

  it('is discarded on the board, and not offered on another ward', async () => {
    const lamp = aLamp();
    for (const ward of ['4west', '5east'])
      lamp.drafts.set(`registration:${ward}`, {
        key: `registration:${ward}`,
        savedAt: minutesFromNow(-3),
        content: { family: 'Okonkwo' },
      });
    renderWith(lamp, <BoardScreen {...props} tab="board" onTab={() => undefined} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Discard unfinished registration' }));
    await waitFor(() => expect(screen.queryByText(/unfinished/)).toBeNull());
    expect([...lamp.drafts.keys()]).toEqual(['registration:5east']);
  });

  it.each([
    ['Family name', 'mullerlu'],
    ['EHR number, if known', 'da 0017'],
    ['Date of birth', '01-Jan-1960'],
  ])(
    '%s finds who is on the board already, as people type it, and loses nothing where it is chosen',
    async (label, typed) => {
      const lamp = aLamp({ rows: [aBoardRow(), other] });
      const went = register(lamp);
      await userEvent.type(await screen.findByLabelText(label), typed);
      const choice = await screen.findByRole('button', { name: /MÜLLER-LÜDENSCHEIDT, Anna · DA-0017/ });
      expect(screen.queryByRole('button', { name: /ABERNATHY/ })).toBeNull();
      await userEvent.click(choice);
      await waitFor(() => expect(went).toEqual([{ at: 'patient', patient: other.patient }]));
      expect(Object.values(contentOf(lamp) ?? {})).toContain(typed);
    },
  );

  it('loses nothing to a wristband that is scanned meanwhile, and has nothing of its code', async () => {
    const lamp = aLamp({ rows: [aBoardRow({ number: { kind: 'MRT', value: 'DA00017' } }), other] });
    lamp.vault.board = async () => [
      aBoardRow({
        numbers: [{ kind: 'MRT', value: 'DA00017X' }],
        number: { kind: 'MRT', value: 'DA00017X' },
      }),
    ];
    renderWith(lamp, <Shell status={aStatus()} session={session} theme={['light', () => undefined]} />);
    await userEvent.click(await screen.findByRole('button', { name: 'New patient' }));
    const family = await screen.findByLabelText<HTMLInputElement>('Family name');
    await userEvent.type(family, 'Okonkwo');
    family.focus();
    let timeStamp = 1e15;
    const press = (key: string): void => {
      const event = createEvent.keyDown(family, { key });
      // Told by its speed, which is the scanner's and not this machine's.
      timeStamp += 8;
      Object.defineProperty(event, 'timeStamp', { value: timeStamp });
      // As a browser does it: nothing waits until React has done everything.
      family.dispatchEvent(event);
    };
    for (const key of 'DA00017X') {
      press(key);
      fireEvent.change(family, { target: { value: `${family.value}${key}` } });
    }
    press('Enter');
    await screen.findByText('✓ Wristband scanned. Scan a drug to give it.');
    await waitFor(() => expect(kept(lamp)).toHaveLength(1));
    await waitFor(() => expect(contentOf(lamp)).toMatchObject({ family: 'Okonkwo' }));
  });
});
