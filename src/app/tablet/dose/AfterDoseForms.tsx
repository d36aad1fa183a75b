import { zodResolver } from '@hookform/resolvers/zod';
import { SegmentedControl, Textarea } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { DoseReassessed, DoseVomited, EFFECTS, type EntryId, REPEATS } from '../../../clinical/index.ts';
import { FormFrame, firstProblem, TimeField, toLocal } from '../forms/FormFrame.tsx';
import { useEffectiveTime } from '../forms/use-effective-time.ts';
import { useSave } from '../forms/use-save.ts';

interface AfterDoseProps {
  patient: string;
  administration: EntryId;
  /** The dose in words. */
  dose: string;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

const Effect = DoseReassessed.shape.effect;
const Repeat = DoseVomited.shape.repeat;
const Fields = z.object({
  effect: z.union([Effect, z.literal('')]),
  pain: z.string(),
  repeat: z.union([Repeat, z.literal('')]),
  comment: z.string().max(2000, 'The comment has at most 2,000 characters'),
  at: z.string(),
});

function useAfterDose({ timeZone, now }: AfterDoseProps) {
  const form = useForm<z.infer<typeof Fields>>({
    resolver: zodResolver(Fields),
    defaultValues: { effect: '', pain: '', repeat: '', comment: '', at: toLocal(now, timeZone) },
  });
  const fields = form.watch();
  return {
    form,
    fields,
    saving: useSave(timeZone),
    time: useEffectiveTime(fields.at, timeZone, now),
    comment: fields.comment.trim() === '' ? {} : { comment: fields.comment.trim() },
  };
}

/** Did the dose as needed help? */
export function ReassessForm(props: AfterDoseProps) {
  const { form, fields, saving, time, comment } = useAfterDose(props);
  const { effect } = fields;
  const submit = form.handleSubmit(async () => {
    if (effect === '') return;
    const message = await saving.save(props.patient, {
      kind: 'dose-reassessed',
      effectiveAt: time.at ?? '',
      administration: props.administration,
      effect,
      ...(fields.pain === '' ? {} : { painScore: Number(fields.pain) }),
      ...comment,
    });
    if (message) props.onDone(message);
  });
  return (
    <FormFrame
      title="Effect of a dose"
      submit="Save effect"
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(form.formState.errors)}
      disabled={
        time.at === undefined || effect === '' || (effect === 'not-assessed' && !('comment' in comment))
      }
      onSubmit={submit}
      onCancel={props.onCancel}
    >
      <p className="card">{props.dose}</p>
      <SegmentedControl
        className="wraps"
        aria-label="Effect"
        size="lg"
        value={effect}
        onChange={(next) => form.setValue('effect', next as typeof effect)}
        data={Effect.options.map((value) => ({ value, label: EFFECTS[value] }))}
      />
      <span>Pain now, 0 to 10, where it was for pain</span>
      <SegmentedControl
        className="wraps"
        aria-label="Pain now"
        size="md"
        value={fields.pain}
        onChange={(next) => form.setValue('pain', next)}
        data={[{ value: '', label: 'Not asked' }, ...Array.from({ length: 11 }, (_, n) => String(n))]}
      />
      <TimeField
        timeZone={props.timeZone}
        label="Time"
        time={time}
        onChange={(next) => form.setValue('at', next)}
      />
      <Textarea label="Comment" autosize minRows={1} {...form.register('comment')} />
    </FormFrame>
  );
}

/** Vomited after taking: the dose was given, and somebody decides whether to repeat it. */
export function VomitedForm(props: AfterDoseProps) {
  const { form, fields, saving, time } = useAfterDose(props);
  const { repeat } = fields;
  const submit = form.handleSubmit(async () => {
    if (repeat === '') return;
    const message = await saving.save(props.patient, {
      kind: 'dose-vomited',
      effectiveAt: time.at ?? '',
      administration: props.administration,
      repeat,
    });
    if (message) props.onDone(message);
  });
  return (
    <FormFrame
      title="Vomited after the dose"
      submit="Save"
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(form.formState.errors)}
      disabled={time.at === undefined || repeat === ''}
      onSubmit={submit}
      onCancel={props.onCancel}
    >
      <p className="card">{props.dose}. It stays charted as given.</p>
      <SegmentedControl
        className="wraps"
        aria-label="Repeat the dose?"
        size="lg"
        value={repeat}
        onChange={(next) => form.setValue('repeat', next as typeof repeat)}
        data={Repeat.options.map((value) => ({ value, label: REPEATS[value] }))}
      />
      <TimeField
        timeZone={props.timeZone}
        label="When it was vomited"
        time={time}
        onChange={(next) => form.setValue('at', next)}
      />
    </FormFrame>
  );
}
