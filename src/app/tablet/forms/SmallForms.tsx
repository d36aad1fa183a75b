import { PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { type Charted, type ChartOrder, type Draft, tallMan } from '../../../clinical/index.ts';
import { describeEntry } from '../patient/describe-entry.ts';
import { FormFrame } from './FormFrame.tsx';
import { useSave } from './use-save.ts';

interface SmallFormProps {
  patient: string;
  timeZone: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

const nowIso = (): string => new Date().toISOString();

/** A known allergy, or that somebody asked and there is none. */
export function AllergyForm({ patient, timeZone, onDone, onCancel }: SmallFormProps) {
  const { register, watch, setValue, handleSubmit } = useForm({
    defaultValues: {
      none: 'known',
      substance: '',
      reaction: '',
      category: 'medication',
      criticality: 'unable-to-assess',
    },
  });
  const saving = useSave(timeZone);
  const fields = watch();
  const submit = handleSubmit(async () => {
    const draft: Draft =
      fields.none === 'none'
        ? { kind: 'no-known-allergies-recorded', effectiveAt: nowIso() }
        : {
            kind: 'allergy-recorded',
            effectiveAt: nowIso(),
            substance: { text: fields.substance.trim() },
            category: fields.category as 'medication',
            criticality: fields.criticality as 'low',
            ...(fields.reaction.trim() === '' ? {} : { reaction: fields.reaction.trim() }),
          };
    const message = await saving.save(patient, draft);
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Record allergy"
      submit="Save allergy"
      busy={saving.busy}
      problem={saving.problem}
      disabled={fields.none === 'known' && fields.substance.trim() === ''}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <Select
        label="What did the patient say?"
        data={[
          { value: 'known', label: 'Has an allergy' },
          { value: 'none', label: 'No known allergies' },
        ]}
        value={fields.none}
        onChange={(value) => setValue('none', value ?? 'known')}
        allowDeselect={false}
      />
      {fields.none === 'known' && (
        <>
          <TextInput label="Substance" {...register('substance')} />
          <TextInput label="Reaction" {...register('reaction')} />
          <Select
            label="Kind"
            data={['medication', 'food', 'environment', 'biologic']}
            value={fields.category}
            onChange={(value) => setValue('category', value ?? 'medication')}
            allowDeselect={false}
          />
          <Select
            label="How dangerous"
            data={[
              { value: 'high', label: 'High risk' },
              { value: 'low', label: 'Low risk' },
              { value: 'unable-to-assess', label: 'Not known' },
            ]}
            value={fields.criticality}
            onChange={(value) => setValue('criticality', value ?? 'unable-to-assess')}
            allowDeselect={false}
          />
        </>
      )}
    </FormFrame>
  );
}

export function BedForm({ patient, timeZone, onDone, onCancel }: SmallFormProps) {
  const { register, watch, handleSubmit } = useForm({ defaultValues: { bed: '' } });
  const saving = useSave(timeZone);
  const bed = watch('bed').trim();
  const submit = handleSubmit(async () => {
    const message = await saving.save(patient, { kind: 'bed-assigned', effectiveAt: nowIso(), bed });
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Assign bed"
      submit="Save bed"
      busy={saving.busy}
      problem={saving.problem}
      disabled={bed === ''}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <TextInput label="Bed" {...register('bed')} />
    </FormFrame>
  );
}

/** Marks an entry as wrong. It stays on the chart, struck through, with this reason. */
export function EnteredInErrorForm({
  patient,
  entry,
  timeZone,
  onDone,
  onCancel,
}: SmallFormProps & { entry: Charted }) {
  const { register, watch, handleSubmit } = useForm({ defaultValues: { reason: '' } });
  const saving = useSave(timeZone);
  const reason = watch('reason').trim();
  const { title, text } = describeEntry(entry.body);
  const submit = handleSubmit(async () => {
    const message = await saving.save(patient, {
      kind: 'entered-in-error',
      effectiveAt: nowIso(),
      replaces: entry.id,
      reason,
    });
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Entered in error"
      submit="Mark as error"
      busy={saving.busy}
      problem={saving.problem}
      disabled={reason === ''}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <p className="card">
        <strong>{title}</strong> {text}
      </p>
      <p>The entry stays on the chart, struck through, with your name and reason.</p>
      <TextInput label="What is wrong with it?" {...register('reason')} />
    </FormFrame>
  );
}

export function StopOrderForm({
  patient,
  order,
  timeZone,
  onDone,
  onCancel,
}: SmallFormProps & { order: ChartOrder }) {
  const { register, watch, setValue, handleSubmit } = useForm({ defaultValues: { reason: '', pin: '' } });
  const saving = useSave(timeZone);
  const { reason, pin } = watch();
  const submit = handleSubmit(async () => {
    const message = await saving.save(
      patient,
      { kind: 'order-stopped', effectiveAt: nowIso(), order: order.id, reason: reason.trim() },
      pin,
    );
    setValue('pin', '');
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Stop order"
      submit="Sign stop"
      busy={saving.busy}
      problem={saving.problem}
      disabled={reason.trim() === '' || pin.length < 4}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <p className="card">
        <strong>
          {order.detail.category === 'medication'
            ? tallMan(order.detail.medication.text)
            : order.detail.request.text}
        </strong>
      </p>
      <TextInput label="Why is it stopped?" {...register('reason')} />
      <PasswordInput
        label="PIN"
        description="Your signature"
        inputMode="numeric"
        maw={240}
        {...register('pin')}
      />
    </FormFrame>
  );
}
