import { zodResolver } from '@hookform/resolvers/zod';
import { Textarea, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { NoteText, VITAL_PARAMETERS } from '../../clinical/index.ts';
import type { ReviewPatient } from '../../wire/workbench.ts';
import { FormFrame } from '../tablet/forms/FormFrame.tsx';
import { readNumber } from '../tablet/forms/read-number.ts';

const CorrectFields = z.object({ values: z.record(z.string(), NoteText), reason: z.string().max(2000) });

/** Makes a corrected copy of an entry. The old one stays, struck through; the new one names it and is reviewed too. */
export function CorrectForm({
  entry,
  busy,
  onCorrect,
  onCancel,
}: {
  entry: ReviewPatient['entries'][number];
  busy: boolean;
  onCorrect: (corrected: Record<string, unknown>, reason: string) => void;
  onCancel: () => void;
}) {
  const { body } = entry;
  const fields: { name: string; label: string; value: string }[] =
    body?.kind === 'vital-signs'
      ? VITAL_PARAMETERS.filter(({ name }) => body.values[name] !== undefined).map(
          ({ name, label, unit }) => ({ name, label: `${label}, ${unit}`, value: String(body.values[name]) }),
        )
      : body?.kind === 'medication-administration' && body.dose
        ? [{ name: 'dose', label: `Dose, ${body.dose.unit}`, value: String(body.dose.value) }]
        : body?.kind === 'note' && body.text !== undefined
          ? [{ name: 'text', label: 'Note', value: body.text }]
          : [];
  const { register, watch, handleSubmit } = useForm({
    resolver: zodResolver(CorrectFields),
    defaultValues: {
      values: Object.fromEntries(fields.map((field) => [field.name, field.value])),
      reason: '',
    },
  });
  const watched = watch();
  const reason = watched.reason.trim();
  // Emptying a vital sign takes it out of the set; what is typed and is no number is refused beside its field.
  const isBad = (name: string): boolean => {
    const typed = watched.values[name] ?? '';
    if (name === 'text') return typed.trim() === '';
    return typed.trim() === '' ? name === 'dose' : readNumber(typed) === undefined;
  };
  const submit = handleSubmit(({ values }) => {
    if (body?.kind === 'vital-signs') {
      const changed = Object.fromEntries(
        fields.map(({ name }) => [name, readNumber(values[name])]).filter(([, value]) => value !== undefined),
      );
      const { oxygenDevice, consciousness, saturationScale } = body.values;
      onCorrect(
        {
          values: {
            saturationScale,
            ...(oxygenDevice ? { oxygenDevice } : {}),
            ...(consciousness ? { consciousness } : {}),
            ...changed,
          },
        },
        reason,
      );
    } else if (body?.kind === 'medication-administration' && body.dose)
      onCorrect({ dose: { ...body.dose, value: readNumber(values.dose) } }, reason);
    else onCorrect({ text: values.text ?? '' }, reason);
  });
  return (
    <section className="card" aria-label="Correct entry">
      <FormFrame
        title="Correct this entry"
        submit="Save correction"
        busy={busy}
        disabled={reason === '' || fields.length === 0 || fields.some((field) => isBad(field.name))}
        onSubmit={submit}
        onCancel={onCancel}
      >
        {fields.length === 0 && (
          <p>This entry has nothing that can be corrected here. Reject it with a reason.</p>
        )}
        <div className="vitals-grid">
          {fields.map((field) =>
            field.name === 'text' ? (
              <Textarea
                key={field.name}
                label={field.label}
                autosize
                minRows={4}
                {...register('values.text')}
              />
            ) : (
              <TextInput
                key={field.name}
                label={field.label}
                inputMode="decimal"
                error={isBad(field.name) ? 'A number is needed' : undefined}
                {...register(`values.${field.name}`)}
              />
            ),
          )}
        </div>
        <TextInput label="Why is it corrected?" {...register('reason')} />
      </FormFrame>
    </section>
  );
}
