import { Select, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { administrationAlerts, type Chart, formatInstant, formatUnit, medicationLine, NotGivenReason, type OrderId } from '../../../clinical/index.ts';
import { FormFrame, TimeField, toInstant, toLocal } from './FormFrame.tsx';
import { useSave } from './use-save.ts';

const REASONS: Record<NotGivenReason, string> = {
  'refused-by-patient': 'Refused by patient',
  'nil-by-mouth': 'Nil by mouth',
  'off-the-ward': 'Patient off the ward',
  'drug-not-available': 'Drug not available',
  'held-for-parameter': 'Held for a parameter',
  'held-by-prescriber': 'Held by prescriber',
  'no-access': 'No access (IV lost)',
  'nausea-or-vomiting': 'Nausea or vomiting',
  asleep: 'Asleep',
  allergy: 'Allergy',
  'already-given': 'Already given',
  'clinical-judgement': 'Clinical judgement',
  other: 'Other',
};

interface Fields {
  outcome: 'given' | 'held' | 'refused';
  reason: NotGivenReason | '';
  dose: string;
  at: string;
  comment: string;
  overrides: Record<string, string>;
}

/** One dose: what is ordered, what speaks against it, given or not. */
export function GiveDoseForm({ chart, dose, timeZone, now, onDone, onCancel }: { chart: Chart; dose: { order: OrderId; dueAt?: string | undefined }; timeZone: string; now: string; onDone: (message: string) => void; onCancel: () => void }) {
  const order = chart.orders.find((candidate) => candidate.id === dose.order);
  const detail = order?.detail.category === 'medication' ? order.detail : undefined;
  const incomplete = order?.incomplete.includes('dose') ?? false;
  const { watch, setValue, register, handleSubmit } = useForm<Fields>({
    defaultValues: { outcome: 'given', reason: '', dose: detail && !incomplete ? String(detail.dose.value) : '', at: toLocal(now, timeZone), comment: '', overrides: {} },
  });
  const saving = useSave(timeZone);
  const fields = watch();
  if (!order || !detail) return <p role="alert">This order is not on the chart any more. Go back and look again.</p>;

  const at = toInstant(fields.at, timeZone);
  const alerts = fields.outcome === 'given' && at ? administrationAlerts(chart, { order: order.id, at, ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }) }) : [];
  const unanswered = alerts.some((alert) => alert.severity === 'stop-and-think' && !fields.overrides[alert.code]?.trim());
  const value = Number(fields.dose.replace(',', '.'));
  const badDose = fields.outcome === 'given' && !(value > 0);
  const unit = incomplete ? 'mg' : detail.dose.unit;
  const last = order.administrations.filter(({ body, standing }) => body.outcome === 'given' && standing === 'current').at(-1);

  const submit = handleSubmit(async () => {
    const message = await saving.save(chart.identity.id, {
      kind: 'medication-administration',
      effectiveAt: at ?? '',
      order: order.id,
      ...(dose.dueAt === undefined ? {} : { dueAt: dose.dueAt }),
      medication: detail.medication,
      outcome: fields.outcome,
      ...(fields.outcome === 'given' ? { dose: { value, unit }, route: detail.route } : { notGivenReason: (fields.reason || (fields.outcome === 'refused' ? 'refused-by-patient' : 'clinical-judgement')) as NotGivenReason }),
      ...(fields.comment.trim() === '' ? {} : { comment: fields.comment.trim() }),
      overrides: alerts.filter((alert) => fields.overrides[alert.code]?.trim()).map((alert) => ({ alert: alert.code, message: alert.message, reason: fields.overrides[alert.code]!.trim() })),
    });
    if (message) onDone(message);
  });

  return (
    <FormFrame title="Give a dose" submit="Save dose" busy={saving.busy} problem={saving.problem} disabled={unanswered || badDose || at === undefined} onSubmit={submit} onCancel={onCancel}>
      <div className="card stack">
        <strong>{medicationLine(detail)}</strong>
        <span>{dose.dueAt ? `Due ${formatInstant(dose.dueAt, timeZone)}` : 'As needed'}</span>
        <span className="quiet">{last ? `Last given ${formatInstant(last.body.effectiveAt, timeZone)}, charted here by ${last.body.author.name}` : order.lastGivenInEhr ? `Last given ${formatInstant(order.lastGivenInEhr, timeZone)}, says the EHR` : 'Last dose unknown: check with patient and paper'}</span>
      </div>
      <SegmentedControl
        aria-label="Given or not"
        size="lg"
        value={fields.outcome}
        onChange={(next) => setValue('outcome', next as Fields['outcome'])}
        data={[
          { value: 'given', label: 'Given' },
          { value: 'held', label: 'Held' },
          { value: 'refused', label: 'Refused' },
        ]}
      />
      {fields.outcome === 'given' ? (
        <TextInput label="Dose given" description={formatUnit(unit)} inputMode="decimal" maw={240} error={badDose ? 'Say how much was given' : undefined} {...register('dose')} />
      ) : (
        <Select label="Reason" placeholder={fields.outcome === 'refused' ? REASONS['refused-by-patient'] : 'Choose'} data={NotGivenReason.options.map((option) => ({ value: option, label: REASONS[option] }))} value={fields.reason || null} onChange={(next) => setValue('reason', (next ?? '') as Fields['reason'])} maw={420} />
      )}
      {alerts.map((alert) => (
        <div key={alert.code} className={`notice ${alert.severity === 'stop-and-think' ? 'stop' : ''}`} role={alert.severity === 'stop-and-think' ? 'alert' : undefined}>
          <strong>{alert.severity === 'stop-and-think' ? '▲ Stop and think: ' : ''}</strong>
          {alert.message}
          {alert.severity === 'stop-and-think' && <TextInput mt={6} label="Reason to give it all the same" {...register(`overrides.${alert.code}`)} />}
        </div>
      ))}
      <TimeField label={fields.outcome === 'given' ? 'Time given' : 'Time'} value={fields.at} onChange={(next) => setValue('at', next)} />
      <Textarea label="Comment" autosize minRows={1} {...register('comment')} />
    </FormFrame>
  );
}
