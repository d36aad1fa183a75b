// @vitest-environment jsdom
import './browser.ts';
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { VitalSignsForm } from '../../src/app/tablet/forms/VitalSignsForm.tsx';
import { aChart, aLamp, aVitalSet, PATIENT, renderWith } from './fake-lamp.tsx';

const NOW = '2026-11-24T20:05:00.000Z';

function open(lamp = aLamp(), chart = aChart(), draft?: unknown) {
  const onDone = vi.fn();
  renderWith(
    lamp,
    <VitalSignsForm
      chart={chart}
      timeZone="America/Chicago"
      now={NOW}
      draft={draft}
      onDone={onDone}
      onCancel={() => undefined}
    />,
  );
  return {
    lamp,
    onDone,
    user: userEvent.setup(),
    save: () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save vital signs' }),
    news2: () => within(screen.getByRole('region', { name: 'NEWS2' })),
  };
}

describe('recording vital signs', () => {
  it('shows "at least" and what is missing, then the score, as values are typed', async () => {
    const { user, news2 } = open();
    await user.type(screen.getByLabelText('Respiration rate'), '26');
    expect(news2().getByText('at least 3')).toBeDefined();
    expect(news2().getByText(/Missing:.*Pulse/)).toBeDefined();
    await user.type(screen.getByLabelText('Oxygen saturation'), '95');
    await user.type(screen.getByLabelText('Systolic'), '120');
    await user.type(screen.getByLabelText('Pulse'), '95');
    await user.type(screen.getByLabelText('Temperature'), '38.4');
    await user.click(screen.getByRole('radio', { name: 'Alert' }));
    await user.click(screen.getByRole('combobox', { name: 'Air or oxygen' }));
    await user.click(await screen.findByRole('option', { name: 'Air', hidden: true }));
    expect(news2().getByText('6')).toBeDefined();
    expect(news2().queryByText(/Missing:/)).toBeNull();
  });

  it('can be charted as refused, with nothing measured or with what was', async () => {
    const first = open();
    expect(first.save().disabled).toBe(true);
    await first.user.click(screen.getByRole('radio', { name: 'Patient refused' }));
    expect(screen.queryByText(/^≥/)).toBeNull();
    await first.user.click(first.save());
    expect(first.lamp.appended[0]?.draft).toMatchObject({
      kind: 'vital-signs',
      values: { saturationScale: 1 },
      notDone: { because: 'refused' },
    });
    expect(first.onDone.mock.calls[0]?.[1]).toBeUndefined();
    cleanup();
    const again = open();
    await again.user.click(screen.getByRole('radio', { name: 'Could not be taken' }));
    expect(again.save().disabled).toBe(true);
    await again.user.type(screen.getByLabelText('Why not?'), 'in the scanner');
    await again.user.type(screen.getByLabelText('Pulse'), '80');
    await again.user.click(again.save());
    expect(again.lamp.appended[0]?.draft).toMatchObject({
      values: { pulse: 80 },
      notDone: { because: 'not-possible', words: 'in the scanner' },
    });
  });

  it('keeps what was tapped too, where nothing is typed yet', async () => {
    const { lamp, user } = open();
    await user.click(screen.getByRole('radio', { name: 'Voice' }));
    await waitFor(() =>
      expect(lamp.drafts.get(`vital-signs:${PATIENT}`)?.content).toMatchObject({ consciousness: 'voice' }),
    );
  });

  it('takes a tap on consciousness back: what was not looked at is not charted', async () => {
    const { lamp, user, save } = open();
    await user.click(screen.getByRole('radio', { name: 'Voice' }));
    await user.click(screen.getByRole('radio', { name: 'Not taken' }));
    expect(save().disabled).toBe(true);
    await user.type(screen.getByLabelText('Pulse'), '80');
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ values: { pulse: 80 } });
    expect(JSON.stringify(lamp.appended[0]?.draft)).not.toContain('consciousness');
  });

  it('says the day of a value that is not of today', () => {
    const yesterday = aVitalSet(1, 0, { saturationScale: 1, pulse: 88 });
    yesterday.body.effectiveAt = '2026-11-24T05:50:00.000Z';
    open(aLamp(), aChart({ vitals: [yesterday] }));
    expect(screen.getByText(/last 88 at 23-Nov-2026 23:50/)).toBeDefined();
  });

  it('keeps what is half typed as a draft, goes on from it, and forgets it once saved', async () => {
    const first = open();
    await first.user.type(screen.getByLabelText('Pulse'), '95');
    await waitFor(() => expect(first.lamp.drafts.get(`vital-signs:${PATIENT}`)).toBeDefined());
    const kept = first.lamp.drafts.get(`vital-signs:${PATIENT}`)!;
    cleanup();
    const again = open(first.lamp, aChart(), kept.content);
    expect(screen.getByLabelText<HTMLInputElement>('Pulse').value).toBe('95');
    await again.user.click(again.save());
    expect(again.lamp.appended[0]?.draft).toMatchObject({ values: { pulse: 95 } });
    expect(again.lamp.drafts.size).toBe(0);
  });

  it('refuses an impossible value with its reason', async () => {
    const { user, save, lamp } = open();
    await user.type(screen.getByLabelText('Temperature'), '389');
    expect(screen.getByText(/is not possible/)).toBeDefined();
    expect(save().disabled).toBe(true);
    expect(lamp.appended).toEqual([]);
  });

  it('asks about an unusual value, and again when it is changed to another unusual one', async () => {
    const { user, save } = open();
    const pulse = screen.getByLabelText('Pulse');
    await user.type(pulse, '180');
    expect(save().disabled).toBe(true);
    await user.click(screen.getByLabelText('This value is right'));
    expect(save().disabled).toBe(false);
    await user.type(pulse, '{Backspace}8');
    expect(save().disabled).toBe(true);
  });

  it('saves what was typed, at the time that was said, and says so only then', async () => {
    const { user, save, lamp, onDone } = open();
    await user.type(screen.getByLabelText('Temperature'), '37,2');
    await user.click(save());
    expect(lamp.appended).toEqual([
      {
        patient: PATIENT,
        draft: { kind: 'vital-signs', effectiveAt: NOW, values: { saturationScale: 1, temperature: 37.2 } },
        forgets: `vital-signs:${PATIENT}`,
      },
    ]);
    expect(onDone.mock.calls[0]?.[0]).toMatch(/^Saved on this tablet \d\d:\d\d/);
  });

  it('goes on with the saturation scale of the sets before, and says so where it is changed', async () => {
    // A temperature alone says nothing about the scale.
    const chart = aChart({
      vitals: [
        aVitalSet(2, 30, { saturationScale: 1, temperature: 37 }),
        aVitalSet(1, 60, { saturationScale: 2, oxygenSaturation: 90, oxygenDevice: 'N' }),
      ],
    });
    const { lamp, user, save, news2 } = open(aLamp(), chart);
    await user.type(screen.getByLabelText('Oxygen saturation'), '97');
    await user.click(screen.getByRole('combobox', { name: 'Air or oxygen' }));
    await user.click(await screen.findByRole('option', { name: 'Nasal cannula', hidden: true }));
    // 97 % on oxygen harms whoever has a target of 88 to 92: 3 on scale 2, and 0 on scale 1.
    expect(news2().getByText('at least 5')).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'Scale 1' }));
    expect(screen.getByText(/The sets before were scored on scale 2/)).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'Scale 2' }));
    expect(screen.queryByText(/The sets before/)).toBeNull();
    await user.click(save());
    expect(lamp.appended[0]?.draft).toMatchObject({ values: { saturationScale: 2 } });
  });

  it.each([
    [
      'the vault refuses',
      () =>
        Promise.resolve({
          ok: false as const,
          error: { kind: 'full' as const, message: 'This tablet is full. Nothing was saved.' },
        }),
      'This tablet is full',
    ],
    [
      'the vault does not answer',
      () => Promise.reject(new Error('the worker is gone')),
      'it is not known whether this was saved',
    ],
  ])('keeps the text and says what happened when %s', async (_case, append, message) => {
    const { user, save, onDone } = open(aLamp({ changes: { append } }));
    await user.type(screen.getByLabelText('Pulse'), '88');
    await user.type(screen.getByLabelText('Comment'), 'restless');
    await user.click(save());
    expect((await screen.findByRole('alert')).textContent).toContain(message);
    expect(screen.getByLabelText<HTMLInputElement>('Pulse').value).toBe('88');
    expect(screen.getByLabelText<HTMLTextAreaElement>('Comment').value).toBe('restless');
    expect(save().disabled).toBe(false);
    expect(onDone).not.toHaveBeenCalled();
  });
});
