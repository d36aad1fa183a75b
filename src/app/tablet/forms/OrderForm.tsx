import { zodResolver } from '@hookform/resolvers/zod';
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import {
  type Chart,
  medicationLine,
  OrderDetail,
  orderAlerts,
  Priority,
  type Schedule,
} from '../../../clinical/index.ts';
import { SecretInput } from '../SecretInput.tsx';
import { AlertList, isUnanswered, overridesOf } from './AlertList.tsx';
import { draftKey } from './drafts.ts';
import { FormFrame, firstProblem } from './FormFrame.tsx';
import { readNumber } from './read-number.ts';
import { useDraft } from './use-draft.ts';
import { useSave } from './use-save.ts';

const CATEGORIES = [
  { value: 'medication', label: 'Medication' },
  { value: 'laboratory', label: 'Laboratory' },
  { value: 'imaging', label: 'Imaging' },
  { value: 'nursing', label: 'Nursing' },
  { value: 'diet', label: 'Diet' },
] as const;

/** The ward's usual frequencies, with the hours that they mean here (medication.md, default times). */
const FREQUENCIES: Record<
  string,
  { label: string; schedule: (zone: string, reason: string, hoursApart?: number) => Schedule }
> = {
  daily: {
    label: 'Daily, 09:00',
    schedule: (timeZone) => ({ type: 'times', code: 'QD', times: ['09:00'], timeZone, everyDays: 1 }),
  },
  twice: {
    label: 'Twice daily, 09:00 21:00',
    schedule: (timeZone) => ({
      type: 'times',
      code: 'BID',
      times: ['09:00', '21:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  thrice: {
    label: 'Three times daily, 08:00 14:00 20:00',
    schedule: (timeZone) => ({
      type: 'times',
      code: 'TID',
      times: ['08:00', '14:00', '20:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  four: {
    label: 'Four times daily, 08:00 12:00 17:00 21:00',
    schedule: (timeZone) => ({
      type: 'times',
      code: 'QID',
      times: ['08:00', '12:00', '17:00', '21:00'],
      timeZone,
      everyDays: 1,
    }),
  },
  bedtime: {
    label: 'At bedtime, 22:00',
    schedule: (timeZone) => ({ type: 'times', code: 'BED', times: ['22:00'], timeZone, everyDays: 1 }),
  },
  q4: { label: 'Every 4 hours', schedule: () => ({ type: 'every', hours: 4 }) },
  q6: { label: 'Every 6 hours', schedule: () => ({ type: 'every', hours: 6 }) },
  q8: { label: 'Every 8 hours', schedule: () => ({ type: 'every', hours: 8 }) },
  q12: { label: 'Every 12 hours', schedule: () => ({ type: 'every', hours: 12 }) },
  once: { label: 'Once', schedule: () => ({ type: 'once', stat: false }) },
  stat: { label: 'STAT: once, at once', schedule: () => ({ type: 'once', stat: true }) },
  prn: {
    label: 'As needed',
    schedule: (_zone, reason, leastIntervalHours) => ({
      type: 'as-needed',
      ...(leastIntervalHours === undefined ? {} : { leastIntervalHours }),
      ...(reason ? { for: reason } : {}),
    }),
  },
};
const ROUTES = ['by mouth', 'intravenous', 'intramuscular', 'subcutaneous', 'inhaled', 'topical', 'rectal'];
const UNITS = ['mg', 'g', 'mcg', 'mL', 'units', 'mmol', 'tablets', 'puffs'];

/** The form as it is typed; a draft keeps all of it but the PIN. */
const OrderFields = z.object({
  category: z.enum(CATEGORIES.map(({ value }) => value)),
  what: z.string().max(500, 'At most 500 characters'),
  dose: z.string().max(500, 'At most 500 characters'),
  unit: z.string().max(500, 'At most 500 characters'),
  route: z.string().max(500, 'At most 500 characters'),
  frequency: z.string().max(500, 'At most 500 characters'),
  hoursApart: z.string().max(500, 'At most 500 characters'),
  priority: z.string().max(500, 'At most 500 characters'),
  indication: z.string().max(300, 'At most 300 characters'),
  instructions: z.string().max(1000, 'At most 1,000 characters'),
  /** What is taken, from where on the body, how often: each for its kind of order. */
  specimen: z.string().max(100, 'At most 100 characters'),
  bodySite: z.string().max(100, 'At most 100 characters'),
  often: z.string().max(100, 'At most 100 characters'),
  pin: z.string(),
  overrides: z.record(z.string(), z.string()),
});
type Fields = z.infer<typeof OrderFields>;

/** A new order, signed by the prescriber with the PIN. */
export function OrderForm({
  chart,
  timeZone,
  now,
  draft,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  draft?: unknown;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const kept = OrderFields.safeParse(draft);
  const { watch, setValue, register, handleSubmit, formState } = useForm<Fields>({
    resolver: zodResolver(OrderFields),
    defaultValues: kept.success
      ? kept.data
      : {
          category: 'medication',
          what: '',
          dose: '',
          unit: '',
          route: '',
          frequency: '',
          hoursApart: '',
          priority: 'routine',
          indication: '',
          instructions: '',
          specimen: '',
          bodySite: '',
          often: '',
          pin: '',
          overrides: {},
        },
  });
  const saving = useSave(timeZone);
  const fields = watch();
  const patient = chart.identity.id;
  const draftKept = useDraft(
    draftKey('order', patient),
    patient,
    fields.what.trim() === '' ? undefined : { ...fields, pin: '' },
  );
  const dose = readNumber(fields.dose);
  const optional = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() });
  const parsed = OrderDetail.safeParse(
    fields.category === 'medication'
      ? {
          category: 'medication',
          medication: { text: fields.what.trim() },
          dose: { value: dose !== undefined && dose > 0 ? dose : undefined, unit: fields.unit },
          route: fields.route,
          schedule: FREQUENCIES[fields.frequency]?.schedule(
            timeZone,
            fields.indication.trim(),
            readNumber(fields.hoursApart),
          ),
          startAt: now,
          ...optional('indication', fields.indication),
          ...optional('instructions', fields.instructions),
        }
      : {
          category: fields.category,
          request: { text: fields.what.trim() },
          priority: fields.priority,
          ...(fields.category === 'laboratory' ? optional('specimen', fields.specimen) : {}),
          ...(fields.category === 'imaging' ? optional('bodySite', fields.bodySite) : {}),
          ...(fields.category === 'nursing' ? optional('frequency', fields.often) : {}),
          ...optional('instructions', fields.instructions),
        },
  );
  const detail = parsed.success && fields.what.trim() !== '' ? parsed.data : undefined;
  const alerts = detail ? orderAlerts(chart, detail) : [];

  const submit = handleSubmit(async () => {
    if (!detail) return;
    const message = await saving.save(
      chart.identity.id,
      {
        kind: 'order-signed',
        effectiveAt: new Date().toISOString(),
        detail,
        overrides: overridesOf(alerts, fields.overrides),
      },
      fields.pin,
    );
    setValue('pin', '');
    if (!message) return;
    await draftKept.discard().catch(() => undefined);
    onDone(message);
  });

  const label = {
    medication: 'Medication',
    laboratory: 'Test',
    imaging: 'Examination',
    nursing: 'What is to be done',
    diet: 'Diet',
  }[fields.category];
  return (
    <FormFrame
      title="New order"
      submit="Sign order"
      busy={saving.busy}
      problem={saving.problem ?? draftKept.problem ?? firstProblem(formState.errors)}
      disabled={!detail || isUnanswered(alerts, fields.overrides) || fields.pin.length < 4}
      onSubmit={submit}
      onCancel={() => void draftKept.flush().then(onCancel)}
    >
      <SegmentedControl
        aria-label="Kind of order"
        size="md"
        value={fields.category}
        onChange={(value) => setValue('category', value as Fields['category'])}
        data={[...CATEGORIES]}
      />
      <div className="vitals-grid">
        <TextInput label={label} {...register('what')} />
        {fields.category === 'medication' ? (
          <>
            <TextInput
              label="Dose"
              inputMode="decimal"
              error={
                fields.dose.trim() !== '' && !(dose !== undefined && dose > 0)
                  ? 'A number above 0 is needed'
                  : undefined
              }
              {...register('dose')}
            />
            <Select
              label="Unit"
              data={UNITS}
              placeholder="Choose"
              value={fields.unit || null}
              onChange={(value) => setValue('unit', value ?? '')}
            />
            <Select
              label="Route"
              data={ROUTES}
              placeholder="Choose"
              value={fields.route || null}
              onChange={(value) => setValue('route', value ?? '')}
            />
            <Select
              label="Frequency"
              data={Object.entries(FREQUENCIES).map(([value, item]) => ({ value, label: item.label }))}
              placeholder="Choose"
              value={fields.frequency || null}
              onChange={(value) => setValue('frequency', value ?? '')}
            />
            {fields.frequency === 'prn' && (
              <TextInput label="Hours apart, at least" inputMode="decimal" {...register('hoursApart')} />
            )}
            <TextInput label="Indication" {...register('indication')} />
          </>
        ) : (
          <>
            {fields.category === 'laboratory' && (
              <TextInput
                label="Specimen"
                description="For example venous blood, urine, sputum"
                {...register('specimen')}
              />
            )}
            {fields.category === 'imaging' && (
              <TextInput
                label="Body site"
                description="With the side: left or right"
                {...register('bodySite')}
              />
            )}
            {fields.category === 'nursing' && (
              <TextInput label="How often" description="For example every 2 hours" {...register('often')} />
            )}
            <Select
              label="Priority"
              data={Priority.options.map((value) => ({
                value,
                label: value === 'stat' ? 'STAT' : value === 'asap' ? 'as soon as possible' : value,
              }))}
              value={fields.priority}
              onChange={(value) => setValue('priority', value ?? 'routine')}
              allowDeselect={false}
            />
          </>
        )}
        <TextInput label="Instructions" {...register('instructions')} />
      </div>
      {detail?.category === 'medication' && <p className="card">{medicationLine(detail)}</p>}
      <AlertList
        alerts={alerts}
        reasons={fields.overrides}
        label="Reason to order it all the same"
        onChange={(next) => setValue('overrides', next)}
      />
      <SecretInput description="Your signature" maw={240} {...register('pin')} />
    </FormFrame>
  );
}
