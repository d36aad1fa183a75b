import { zodResolver } from '@hookform/resolvers/zod';
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import {
  displayName,
  formatTime,
  readPartialDate,
  Sex,
  sexInWords,
  unknownName,
} from '../../../clinical/index.ts';
import { useBoard, useLamp } from '../../lamp.tsx';
import type { ScreenProps } from '../Shell.tsx';
import { FormFrame } from './FormFrame.tsx';
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

/** A patient whom the EHR does not know, or could not be asked about. */
export function RegisterScreen({ go, timeZone }: ScreenProps) {
  const { vault } = useLamp();
  const rows = useBoard() ?? [];
  const [problem, setProblem] = useState<string>();
  const [saved, setSaved] = useState<{ patient: string; number: string; savedAt: string }>();
  const { register, watch, setValue, handleSubmit, formState } = useForm({
    resolver: zodResolver(Form),
    defaultValues: {
      unknown: false,
      family: '',
      given: '',
      sex: 'unknown' as Sex,
      birthDate: '',
      bed: '',
      claimedEhrNumber: '',
      presentingComplaint: '',
    },
  });
  const fields = watch();
  const typedBirth = readPartialDate(fields.birthDate);
  const alike = rows.filter(
    (row) =>
      (fields.family.trim().length > 1 &&
        row.name.family.toLowerCase().startsWith(fields.family.trim().toLowerCase())) ||
      (typedBirth?.length === 10 && row.birthDate === typedBirth),
  );

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
    const result = await vault
      .register({
        effectiveAt: new Date().toISOString(),
        name,
        nameUnknown: form.unknown,
        sex: form.sex,
        ...(birthDate === undefined ? {} : { birthDate }),
        ...(form.bed === '' ? {} : { bed: form.bed }),
        ...(form.claimedEhrNumber === '' ? {} : { claimedEhrNumber: form.claimedEhrNumber }),
        ...(form.presentingComplaint === '' ? {} : { presentingComplaint: form.presentingComplaint }),
      })
      .catch(() => UNANSWERED);
    if (result.ok) setSaved(result.value);
    else setProblem(result.error.message);
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
      onCancel={() => go({ at: 'board' })}
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
                onClick={() => go({ at: 'patient', patient: row.patient })}
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
