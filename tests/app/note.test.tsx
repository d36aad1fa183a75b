// @vitest-environment jsdom
import './browser.ts';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { lock } from '../../src/app/tablet/before-lock.ts';
import { NoteForm } from '../../src/app/tablet/forms/NoteForm.tsx';
import { PatientScreen } from '../../src/app/tablet/patient/PatientScreen.tsx';
import { formatInstant } from '../../src/clinical/index.ts';
import { aChart, aLamp, type FakeLamp, NURSE, PATIENT, renderWith } from './fake-lamp.tsx';

const KEY = `note:${PATIENT}`;
const textOf = (lamp: FakeLamp): unknown =>
  (lamp.drafts.get(KEY)?.content as { text: string } | undefined)?.text;

function open(lamp: FakeLamp) {
  return renderWith(
    lamp,
    <NoteForm
      chart={aChart()}
      timeZone="America/Chicago"
      now={new Date().toISOString()}
      onDone={() => undefined}
      onCancel={() => undefined}
    />,
  );
}
const openPatient = (lamp: FakeLamp) =>
  renderWith(
    lamp,
    <PatientScreen
      patient={PATIENT}
      session={{ staff: NURSE, ward: { id: '4west', name: '4 West' } }}
      timeZone="America/Chicago"
      go={() => undefined}
    />,
  );

const leaveHalfANote = (lamp: FakeLamp): void =>
  void lamp.drafts.set(KEY, {
    key: KEY,
    patient: PATIENT,
    savedAt: new Date().toISOString(),
    content: {
      noteType: 'nursing',
      text: 'Half a note',
      situation: '',
      background: '',
      assessment: '',
      recommendation: '',
      at: '24-Nov-2026 14:05',
      reason: '',
    },
  });

describe('a note in progress', () => {
  it('reaches the vault as a draft while it is written', async () => {
    const lamp = aLamp();
    open(lamp);
    await userEvent.type(screen.getByLabelText('Note'), 'Slept well');
    await waitFor(() => expect(textOf(lamp)).toBe('Slept well'));
  });

  it('reaches the vault when its screen is left before the quarter of a second is over', async () => {
    const lamp = aLamp();
    const { unmount } = open(lamp);
    await userEvent.type(screen.getByLabelText('Note'), 'Slept');
    unmount();
    await waitFor(() => expect(textOf(lamp)).toBe('Slept'));
  });

  it('reaches the vault before the tablet locks', async () => {
    const lamp = aLamp();
    open(lamp);
    await userEvent.type(screen.getByLabelText('Note'), 'Slept');
    // jsdom does not reload; what counts is what was kept before it would.
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await lock();
    expect(textOf(lamp)).toBe('Slept');
  });

  it('is offered again, continues where it was, and is forgotten once signed (FAILURES 13)', async () => {
    const user = userEvent.setup();
    const lamp = aLamp();
    lamp.drafts.set(KEY, {
      key: KEY,
      patient: PATIENT,
      savedAt: new Date().toISOString(),
      content: {
        noteType: 'nursing',
        text: 'Half a note',
        situation: '',
        background: '',
        assessment: '',
        recommendation: '',
        at: formatInstant(new Date(Date.now() - 600_000).toISOString(), 'America/Chicago'),
        reason: '',
      },
    });
    openPatient(lamp);
    await user.click(await screen.findByRole('button', { name: 'Continue unfinished note' }));
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('Half a note');
    await user.type(screen.getByLabelText('Note'), ', finished');
    await user.click(screen.getByRole('button', { name: 'Sign note' }));
    expect(await screen.findByText(/Saved on this tablet/)).toBeDefined();
    expect(lamp.appended[0]?.draft).toMatchObject({ kind: 'note', text: 'Half a note, finished' });
    expect(lamp.appended[0]?.forgets).toBe(KEY);
    expect(lamp.drafts.size).toBe(0);
    expect(screen.queryByRole('button', { name: 'Continue unfinished note' })).toBeNull();
  });

  it('stays when another kind is chosen, and no note is signed that leaves it out', async () => {
    const user = userEvent.setup();
    const lamp = aLamp();
    open(lamp);
    await user.type(screen.getByLabelText('Note'), 'Slept well');
    await waitFor(() => expect(textOf(lamp)).toBe('Slept well'));
    await user.click(screen.getByLabelText('SBAR'));
    await user.type(screen.getByLabelText('Situation'), 'Short of breath');
    await waitFor(() =>
      expect(lamp.drafts.get(KEY)?.content).toMatchObject({
        text: 'Slept well',
        situation: 'Short of breath',
      }),
    );
    expect(screen.getByText(/text of another kind of note too/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign note' }).disabled).toBe(true);
    await user.clear(screen.getByLabelText('Situation'));
    await user.click(screen.getByLabelText('Nursing'));
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('Slept well');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign note' }).disabled).toBe(false);
  });

  it('is found by "Write note" also where the list of drafts has not come yet', async () => {
    const user = userEvent.setup();
    const lamp = aLamp();
    leaveHalfANote(lamp);
    const drafts = lamp.vault.drafts;
    let asked = 0;
    // The list that the screen opens with never comes.
    lamp.vault.drafts = () => {
      asked += 1;
      return asked === 1 ? new Promise(() => undefined) : drafts();
    };
    openPatient(lamp);
    await user.click(await screen.findByRole('button', { name: 'Write note' }));
    expect((await screen.findByLabelText<HTMLTextAreaElement>('Note')).value).toBe('Half a note');
  });

  it('is not overwritten by "Write note"', async () => {
    const user = userEvent.setup();
    const lamp = aLamp();
    leaveHalfANote(lamp);
    openPatient(lamp);
    await screen.findByRole('button', { name: 'Continue unfinished note' });
    await user.click(screen.getByRole('button', { name: 'Write note' }));
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('Half a note');
  });

  it('keeps its text and its draft when signing fails', async () => {
    const user = userEvent.setup();
    const lamp = aLamp({
      changes: {
        append: async () => ({
          ok: false,
          error: { kind: 'storage', message: 'Not saved: storage failed.' },
        }),
      },
    });
    open(lamp);
    await user.type(screen.getByLabelText('Note'), 'Fell at 02:10');
    await user.click(screen.getByRole('button', { name: 'Sign note' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Not saved');
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('Fell at 02:10');
    await waitFor(() => expect(textOf(lamp)).toBe('Fell at 02:10'));
  });

  it('says when its draft cannot be kept', async () => {
    open(
      aLamp({
        changes: {
          saveDraft: async () => ({ ok: false, error: { kind: 'full', message: 'This tablet is full.' } }),
        },
      }),
    );
    await userEvent.type(screen.getByLabelText('Note'), 'x');
    expect((await screen.findByRole('alert')).textContent).toContain(
      'The draft is not kept: This tablet is full.',
    );
  });
});
