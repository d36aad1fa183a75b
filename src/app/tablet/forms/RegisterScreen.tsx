import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { z } from 'zod';
import {
  type BoardRow,
  displayName,
  formatTime,
  plainName,
  plainNumber,
  readPartialDate,
  Sex,
  sexInWords,
  unknownName,
} from '../../../clinical/index.ts';
import { useBoard, useLamp } from '../../lamp.tsx';
import type { ScreenProps } from '../Shell.tsx';
import { draftKey } from './drafts.ts';
import { FormFrame } from './FormFrame.tsx';
import { KeptForm, useKeptValues } from './KeptForm.tsx';
import { useKeptForm } from './use-kept.ts';
import { UNANSWERED } from './use-save.ts';

const Form = z
  .object({
    unknown: z.boolean(),
    family: z.string().trim().max(200),
    given: z.string().trim().max(200),
    sex: Sex,
    birthDate: z
      .string()
      .refine(
        (text) => text.trim() === '' || readPartialDate(text) !== undefined,
        'A date like 04-Mar-1951, or only its year',
      ),
    bed: z.string().trim().max(40),
    claimedEhrNumber: z.string().trim().max(100),
    presentingComplaint: z.string().trim().max(2000),
  })
  .refine((form) => form.unknown || form.family !== '', {
    error: 'Give the family name, or tick "Name unknown"',
    path: ['family'],
  });

/** A patient whom the EHR does not know, or could not be asked about. What was left half typed goes on. */
export function RegisterScreen(props: ScreenProps) {
  const { vault } = useLamp();
  // Of the ward: a person of two wards has one for each.
  const key = draftKey('registration', props.session.ward.id);
  const [left, setLeft] = useState<{ draft?: unknown }>();
  useEffect(
    () =>
      void vault.drafts().then(
        (all) => setLeft({ draft: all.find((item) => item.key === key)?.content }),
        () => setLeft({}),
      ),
    [vault, key],
  );
  if (!left) return <p>Opening the form…</p>;
  return (
    <KeptForm draftKey={key} draft={left.draft}>
      <RegisterForm {...props} />
    </KeptForm>
  );
}

function RegisterForm({ go, timeZone }: ScreenProps) {
  const { vault } = useLamp();
  const { flush, discard, draftKey: key } = useKeptValues();
  const rows = useBoard() ?? [];
  const [problem, setProblem] = useState<string>();
  const [saved, setSaved] = useState<{ patient: string; number: string; savedAt: string }>();
  const { register, watch, setValue, handleSubmit, formState } = useKeptForm(Form, {
    unknown: false,
    family: '',
    given: '',
    sex: 'unknown',
    birthDate: '',
    bed: '',
    claimedEhrNumber: '',
    presentingComplaint: '',
  });
  const fields = watch();
  const alike = perhapsThese(rows, fields);

  const submit = handleSubmit(async (form) => {
    setProblem(undefined);
    const birthDate = readPartialDate(form.birthDate);
    const name = form.unknown
      ? unknownName(
          form.sex,
          rows.map((row) => row.name.given),
          Math.random(),
        )
      : { family: form.family, given: form.given };
    await flush();
    const result = await vault
      .register(
        {
          effectiveAt: new Date().toISOString(),
          name,
          nameUnknown: form.unknown,
          sex: form.sex,
          ...(birthDate === undefined ? {} : { birthDate }),
          ...(form.bed === '' ? {} : { bed: form.bed }),
          ...(form.claimedEhrNumber === '' ? {} : { claimedEhrNumber: form.claimedEhrNumber }),
          ...(form.presentingComplaint === '' ? {} : { presentingComplaint: form.presentingComplaint }),
        },
        key,
      )
      .catch(() => UNANSWERED);
    if (!result.ok) return setProblem(result.error.message);
    await discard();
    setSaved(result.value);
  });

  if (saved) {
    return (
      <section className="card stack" aria-live="polite">
        <h2>Registered</h2>
        <p>Downtime number. Write it on the wristband and on every specimen:</p>
        <p className="big">{saved.number}</p>
        <p className="good">✓ Saved on this tablet {formatTime(saved.savedAt, timeZone)}</p>
        <div className="footer-actions">
          <Button variant="default" onClick={() => go({ at: 'board' })}>
            Ward board
          </Button>
          <Button onClick={() => go({ at: 'patient', patient: saved.patient })}>Open the chart</Button>
        </div>
      </section>
    );
  }
  return (
    <FormFrame
      title="New patient"
      submit="Register patient"
      busy={formState.isSubmitting}
      problem={problem}
      onSubmit={() => void submit()}
      onCancel={() => void flush().then(() => go({ at: 'board' }))}
    >
      <Checkbox size="lg" label="Name unknown" {...register('unknown')} />
      <div className="vitals-grid">
        {!fields.unknown && (
          <TextInput label="Family name" error={formState.errors.family?.message} {...register('family')} />
        )}
        {!fields.unknown && <TextInput label="Given name" {...register('given')} />}
        <Select
          label="Sex"
          data={Sex.options.map((value) => ({ value, label: sexInWords(value) }))}
          value={fields.sex}
          onChange={(value) => setValue('sex', (value ?? 'unknown') as Sex)}
          allowDeselect={false}
        />
        <TextInput
          label="Date of birth"
          description="Like 04-Mar-1951, or Mar-1951, or 1951; empty if not known"
          error={formState.errors.birthDate?.message}
          {...register('birthDate')}
        />
        <TextInput label="Bed" {...register('bed')} />
        <TextInput label="EHR number, if known" {...register('claimedEhrNumber')} />
        <TextInput label="Why is the patient here?" {...register('presentingComplaint')} />
      </div>
      {alike.length > 0 && (
        <div className="notice" role="status">
          <strong>Is it one of these?</strong>
          <div className="choices">
            {alike.slice(0, 5).map((row) => (
              <Button
                key={row.patient}
                variant="default"
                onClick={() => void flush().then(() => go({ at: 'patient', patient: row.patient }))}
              >
                {displayName(row.name)} · {row.number?.value} · bed {row.bed ?? '–'}
              </Button>
            ))}
          </div>
        </div>
      )}
    </FormFrame>
  );
}

/**
 * Who on the board it may be, the surest first: by a number, by the date of birth, by how the family name begins. As
 * people type: numbers by letters and digits alone, names without accents.
 */
function perhapsThese(
  rows: readonly BoardRow[],
  typed: { family: string; birthDate: string; claimedEhrNumber: string },
): BoardRow[] {
  const number = plainNumber(typed.claimedEhrNumber);
  const birth = readPartialDate(typed.birthDate);
  const family = plainName(typed.family);
  const byNumber = rows.filter(
    (row) =>
      number !== '' &&
      [...row.numbers.map(({ value }) => value), row.registration?.claimedEhrNumber ?? ''].some(
        (value) => plainNumber(value) === number,
      ),
  );
  const byBirth = rows.filter((row) => birth?.length === 10 && row.birthDate === birth);
  const byName = rows.filter((row) => family.length > 1 && plainName(row.name.family).startsWith(family));
  return [...new Set([...byNumber, ...byBirth, ...byName])];
}
