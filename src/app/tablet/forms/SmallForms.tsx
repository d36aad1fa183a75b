import { Select, TextInput } from '@mantine/core';
import { z } from 'zod';
import {
  AllergyCategory,
  AllergyCriticality,
  type Chart,
  type Charted,
  type ChartOrder,
  type Draft,
  describeEntry,
  isSignedWithPin,
  serviceLine,
} from '../../../clinical/index.ts';
import { orderLine } from '../dose/DoseFacts.tsx';
import { SecretInput } from '../SecretInput.tsx';
import { FormFrame } from './FormFrame.tsx';
import { shownAs } from './shown-as.ts';
import { useKeptForm } from './use-kept.ts';
import { useSave } from './use-save.ts';

interface SmallFormProps {
  patient: string;
  timeZone: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

type ChartFormProps = Omit<SmallFormProps, 'patient'> & { chart: Chart };

const nowIso = (): string => new Date().toISOString();

const AllergyFields = z
  .object({
    none: z.enum(['known', 'none']),
    substance: z.string().trim().max(500),
    reaction: z.string().trim().max(500),
    category: AllergyCategory,
    criticality: AllergyCriticality,
  })
  .refine(({ none, substance }) => none === 'none' || substance !== '', {
    error: 'Say what the patient is allergic to',
    path: ['substance'],
  });

/** A known allergy, or that somebody asked and there is none. */
export function AllergyForm({ chart, timeZone, onDone, onCancel }: ChartFormProps) {
  const { register, watch, setValue, handleSubmit, formState } = useKeptForm(AllergyFields, {
    none: 'known',
    substance: '',
    reaction: '',
    category: 'medication',
    criticality: 'unable-to-assess',
  });
  const saving = useSave(timeZone);
  const fields = watch();
  const listed = chart.allergies.list.map(({ substance }) => substance.text);
  const none: string = fields.none;
  const contradicts = none === 'none' && listed.length > 0;
  // What was asked before and answered "none" is replaced by whoever now knows of one.
  const asked = chart.allergies.saidNone;
  const submit = handleSubmit(async (form) => {
    const said: Draft =
      form.none === 'none'
        ? { kind: 'no-known-allergies-recorded', effectiveAt: nowIso() }
        : {
            kind: 'allergy-recorded',
            effectiveAt: nowIso(),
            substance: { text: form.substance },
            category: form.category,
            criticality: form.criticality,
            ...(form.reaction === '' ? {} : { reaction: form.reaction }),
          };
    const message = await saving.save(chart.identity.id, {
      ...said,
      ...(asked === undefined ? {} : { replaces: asked }),
    });
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Record allergy"
      submit="Save allergy"
      busy={saving.busy}
      problem={saving.problem}
      disabled={contradicts || (none === 'known' && fields.substance.trim() === '')}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <Select
        label="What did the patient say?"
        data={[
          { value: 'known', label: 'Has an allergy' },
          { value: 'none', label: 'No known allergies' },
        ]}
        value={none}
        onChange={(value) => setValue('none', (value ?? 'known') as 'known')}
        allowDeselect={false}
      />
      {contradicts && (
        <p className="notice stop" role="alert">
          This chart names {listed.join(', ')}. If that is wrong, mark it as an error in the history first;
          what the EHR names can be corrected in the EHR alone.
        </p>
      )}
      {none === 'known' && (
        <>
          <TextInput
            label="Substance"
            error={formState.errors.substance?.message}
            {...register('substance')}
          />
          <TextInput label="Reaction" {...register('reaction')} />
          <Select
            label="Kind"
            data={AllergyCategory.options.map((value) => ({ value, label: CATEGORIES[value] }))}
            value={fields.category}
            onChange={(value) => setValue('category', (value ?? 'medication') as 'medication')}
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
            onChange={(value) => setValue('criticality', (value ?? 'unable-to-assess') as 'unable-to-assess')}
            allowDeselect={false}
          />
        </>
      )}
    </FormFrame>
  );
}

const CATEGORIES = {
  medication: 'Medicine',
  food: 'Food',
  environment: 'Environment (latex, pollen, insects)',
  biologic: 'Biological product',
} as const;

const BedFields = z.object({
  bed: z.string().trim().min(1, 'Say which bed').max(40, 'A bed has at most 40 characters'),
});

export function BedForm({ chart, timeZone, onDone, onCancel }: ChartFormProps) {
  const { register, watch, handleSubmit, formState } = useKeptForm(BedFields, { bed: '' });
  const saving = useSave(timeZone);
  // Whoever moves a patient has seen where the patient lay: the two words are no conflict.
  const before = chart.bedClaims.find(({ kind }) => kind === 'bed-assigned' || kind === 'patient-moved')?.ref;
  const submit = handleSubmit(async ({ bed }) => {
    const message = await saving.save(chart.identity.id, {
      kind: 'bed-assigned',
      effectiveAt: nowIso(),
      bed,
      ...(before === undefined ? {} : { replaces: before }),
    });
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Assign bed"
      submit="Save bed"
      busy={saving.busy}
      problem={saving.problem}
      disabled={watch('bed').trim() === ''}
      onSubmit={submit}
      onCancel={onCancel}
    >
      {chart.identity.bed && <p>Now in bed {chart.identity.bed}.</p>}
      <TextInput label="Bed" error={formState.errors.bed?.message} {...register('bed')} />
    </FormFrame>
  );
}

const ReasonFields = z.object({
  reason: z.string().trim().min(1, 'Say why').max(2000, 'At most 2,000 characters'),
});

const SignedReasonFields = ReasonFields.extend({ pin: z.string().min(4, 'Your PIN is needed') });

/**
 * Marks an entry as wrong. It stays on the chart, struck through, with this reason. What was signed with the PIN is
 * undone with the PIN.
 */
export function EnteredInErrorForm({
  patient,
  entry,
  timeZone,
  onDone,
  onCancel,
}: SmallFormProps & { entry: Charted }) {
  const signed = isSignedWithPin(entry.body.kind);
  const { register, watch, setValue, handleSubmit, formState } = useKeptForm(
    signed ? SignedReasonFields : ReasonFields.extend({ pin: z.string() }),
    { reason: '', pin: '' },
    { never: ['pin'] },
  );
  const saving = useSave(timeZone);
  const { title, text } = describeEntry(entry.body);
  const { reason, pin } = watch();
  const submit = handleSubmit(async (form) => {
    const message = await saving.save(
      patient,
      { kind: 'entered-in-error', effectiveAt: nowIso(), replaces: entry.id, reason: form.reason },
      signed ? form.pin : undefined,
    );
    setValue('pin', '');
    if (message) onDone(message);
  });
  return (
    <FormFrame
      title="Entered in error"
      submit={signed ? 'Sign as error' : 'Mark as error'}
      busy={saving.busy}
      problem={saving.problem}
      disabled={reason.trim() === '' || (signed && pin.length < 4)}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <p className="card">
        <strong>{title}</strong> {text}
      </p>
      <p>The entry stays on the chart, struck through, with your name and reason.</p>
      <TextInput
        label="What is wrong with it?"
        error={formState.errors.reason?.message}
        {...register('reason')}
      />
      {signed && <SecretInput description="Your signature" maw={240} {...register('pin')} />}
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
  const { register, watch, setValue, handleSubmit, formState } = useKeptForm(
    SignedReasonFields,
    { reason: '', pin: '' },
    { never: ['pin'] },
  );
  const saving = useSave(timeZone);
  const { reason, pin } = watch();
  const submit = handleSubmit(async (form) => {
    const message = await saving.save(
      patient,
      { kind: 'order-stopped', effectiveAt: nowIso(), order: order.id, reason: form.reason },
      form.pin,
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
            ? orderLine(order, order.detail)
            : serviceLine(order.detail)}
        </strong>
      </p>
      <TextInput
        label="Why is it stopped?"
        description={shownAs(reason)}
        error={formState.errors.reason?.message}
        {...register('reason')}
      />
      <SecretInput description="Your signature" maw={240} {...register('pin')} />
    </FormFrame>
  );
}
