import { Checkbox, SegmentedControl, Select, TextInput } from '@mantine/core';
import {
  type Chart,
  type ChartOrder,
  dosesByWeight,
  firstDue,
  formatInstant,
  formularyText,
  keptInWords,
  LimitedParameter,
  medicationLine,
  orderAlerts,
  Priority,
  routeInWords,
  serviceLine,
  VITAL_PARAMETERS,
  withKept,
} from '../../../clinical/index.ts';
import { SecretInput } from '../SecretInput.tsx';
import { useBrought } from '../use-site-data.ts';
import { AlertList, isUnanswered, NotChecked, overridesOf } from './AlertList.tsx';
import { DrugSearch } from './DrugSearch.tsx';
import { FormFrame, firstProblem } from './FormFrame.tsx';
import { frequencyChoices, frequencyOf } from './frequencies.ts';
import {
  CATEGORIES,
  EMPTY_ORDER,
  fromOrder,
  OBSERVATIONS,
  OrderFields,
  type OrderTyped,
  toOrderDetail,
} from './order-fields.ts';
import { readNumber } from './read-number.ts';
import { shownAs } from './shown-as.ts';
import { useKeptForm } from './use-kept.ts';
import { useSave } from './use-save.ts';

const ROUTES = ['by mouth', 'intravenous', 'intramuscular', 'subcutaneous', 'inhaled', 'topical', 'rectal'];
const UNITS = ['mg', 'g', 'mcg', 'mL', 'units', 'mmol', 'tablets', 'puffs'];

/** A new order, signed by the prescriber with the PIN; or one that was given by voice, written and read back by a nurse. */
export function OrderForm({
  chart,
  timeZone,
  now,
  prescribes,
  changes,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  /** May sign orders. Whoever may not writes down what a prescriber says. */
  prescribes: boolean;
  /** The order that this one takes the place of. */
  changes?: ChartOrder | undefined;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const ward = { timeZone, hours: chart.settings.doseHours };
  const { watch, setValue, register, handleSubmit, formState } = useKeptForm(
    OrderFields,
    changes ? fromOrder(changes, ward) : EMPTY_ORDER,
    { never: ['pin', 'readBack', 'overrides'], beside: ['category'] },
  );
  const saving = useSave(timeZone);
  const fields = watch();
  const kept = changes ? keptInWords(changes.detail, timeZone) : [];
  const dose = readNumber(fields.dose);
  const ordered = toOrderDetail(fields, ward, now, changes);
  const detail = ordered && changes ? withKept(ordered, changes, chart) : ordered;
  const nextDose = detail && firstDue(detail);
  const { orderSets: _, ...knowledge } = useBrought();
  const alerts = detail ? orderAlerts(chart, detail, knowledge, { changes: changes?.id }) : [];

  const submit = handleSubmit(async () => {
    if (!detail) return;
    const message = await saving.save(
      chart.identity.id,
      {
        effectiveAt: new Date().toISOString(),
        detail,
        ...(changes ? { changes: changes.id } : {}),
        overrides: overridesOf(alerts, fields.overrides),
        ...(prescribes
          ? { kind: 'order-signed' }
          : {
              kind: 'order-received',
              prescriber: fields.prescriber.trim(),
              by: fields.by,
              readBack: true,
            }),
      },
      fields.pin,
    );
    setValue('pin', '');
    if (message) onDone(message);
  });

  const label = {
    medication: 'Medication',
    laboratory: 'Test',
    imaging: 'Examination',
    nursing: 'What is to be done',
    diet: 'Diet',
    consult: 'Which service',
    'blood-product': 'Product',
    'code-status': 'Code status',
    isolation: 'Precautions',
  }[fields.category];
  return (
    <FormFrame
      title={changes ? 'Change order' : prescribes ? 'New order' : 'Verbal or telephone order'}
      submit="Sign order"
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(formState.errors)}
      disabled={
        !detail ||
        (!prescribes && (fields.prescriber.trim() === '' || !fields.readBack)) ||
        isUnanswered(alerts, fields.overrides) ||
        fields.pin.length < 4
      }
      onSubmit={submit}
      onCancel={onCancel}
    >
      {changes && (
        <p className="notice">
          The order as it stands ends when this one is signed:{' '}
          {changes.detail.category === 'medication'
            ? medicationLine(changes.detail)
            : serviceLine(changes.detail)}
          {kept.length > 0 && <span> Stays as it was ordered: {kept.join('; ')}.</span>}
        </p>
      )}
      <SegmentedControl
        aria-label="Kind of order"
        className="wraps"
        size="md"
        value={fields.category}
        onChange={(value) => setValue('category', value as OrderTyped['category'])}
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
              data={[...new Set([...UNITS, ...(fields.unit ? [fields.unit] : [])])]}
              placeholder="Choose"
              value={fields.unit || null}
              onChange={(value) => setValue('unit', value ?? '')}
            />
            <Select
              label="Route"
              data={[...new Set([...ROUTES, ...(fields.route ? [fields.route] : [])])]}
              placeholder="Choose"
              value={fields.route || null}
              onChange={(value) => setValue('route', value ?? '')}
            />
            <Select
              label="Frequency"
              data={frequencyChoices(changes, ward)}
              placeholder="Choose"
              value={fields.frequency || null}
              onChange={(value) => setValue('frequency', value ?? '')}
            />
            {fields.frequency === 'prn' && (
              <>
                <TextInput label="Hours apart, at least" inputMode="decimal" {...register('hoursApart')} />
                <TextInput
                  label="Doses in 24 hours, at most"
                  inputMode="numeric"
                  {...register('mostPerDay')}
                />
              </>
            )}
            {fields.frequency === 'continuous' && (
              <TextInput label="Rate" description="mL/hour" inputMode="decimal" {...register('rate')} />
            )}
            <Select
              label="Hold if below"
              data={VITAL_PARAMETERS.filter(({ name }) => LimitedParameter.safeParse(name).success).map(
                ({ name, label, unit }) => ({ value: name, label: `${label}, ${unit}` }),
              )}
              placeholder="No limit"
              clearable
              value={fields.limitOf || null}
              onChange={(value) => setValue('limitOf', value ?? '')}
            />
            {fields.limitOf !== '' && (
              <TextInput label="Below" inputMode="decimal" {...register('limitBelow')} />
            )}
            <Checkbox
              size="md"
              label="Time-critical"
              checked={fields.timeCritical}
              onChange={(event) => setValue('timeCritical', event.currentTarget.checked)}
            />
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
            {fields.category === 'consult' && <TextInput label="Question" {...register('question')} />}
            {fields.category === 'blood-product' && (
              <TextInput label="Units" inputMode="numeric" {...register('units')} />
            )}
            {fields.category === 'nursing' && (
              <>
                <TextInput label="How often" description="For example every 2 hours" {...register('often')} />
                <Select
                  label="Vital signs"
                  description="What the board counts as due"
                  data={
                    fields.observations === '' ||
                    OBSERVATIONS.some(({ value }) => value === fields.observations)
                      ? [...OBSERVATIONS]
                      : [
                          ...OBSERVATIONS,
                          {
                            value: fields.observations,
                            label: `At least every ${fields.observations} minutes`,
                          },
                        ]
                  }
                  placeholder="Not ordered here"
                  clearable
                  value={fields.observations || null}
                  onChange={(value) => setValue('observations', value ?? '')}
                />
              </>
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
        <TextInput
          label="Instructions"
          description={shownAs(fields.instructions)}
          {...register('instructions')}
        />
      </div>
      {fields.category === 'medication' && (
        <DrugSearch
          formulary={knowledge.formulary}
          typed={fields.what}
          onChoose={(item, dose) => {
            setValue('what', formularyText(item));
            if (dose) {
              setValue('dose', String(dose.value));
              setValue('unit', dose.unit);
            }
            if (item.route !== undefined) setValue('route', routeInWords(item.route));
            const frequency = frequencyOf(item.frequency);
            if (frequency !== '') setValue('frequency', frequency);
          }}
        />
      )}
      {fields.category === 'medication' &&
        dosesByWeight(chart, knowledge.formulary.byText(fields.what)).map((line) => (
          <p key={line} className="notice" role="status">
            By weight. {line}
          </p>
        ))}
      {detail?.category === 'medication' && (
        <p className="card">
          {medicationLine(detail)}
          {changes && nextDose !== undefined && ` – next dose due ${formatInstant(nextDose, timeZone)}`}
        </p>
      )}
      <AlertList
        alerts={alerts}
        reasons={fields.overrides}
        label="Reason to order it all the same"
        onChange={(next) => setValue('overrides', next)}
      />
      {fields.category === 'medication' && <NotChecked chart={chart} asked="order" />}
      {!prescribes && (
        <fieldset className="card stack">
          <legend>Who said it</legend>
          <div className="row fields">
            <TextInput label="Prescriber" description="Full name" {...register('prescriber')} />
            <SegmentedControl
              aria-label="How it was given"
              size="md"
              value={fields.by}
              onChange={(value) => setValue('by', value as OrderTyped['by'])}
              data={[
                { value: 'telephone', label: 'By telephone' },
                { value: 'voice', label: 'In person' },
              ]}
            />
          </div>
          <Checkbox
            size="md"
            label="Read back and confirmed"
            checked={fields.readBack}
            onChange={(event) => setValue('readBack', event.currentTarget.checked)}
          />
        </fieldset>
      )}
      <SecretInput description="Your signature" maw={240} {...register('pin')} />
    </FormFrame>
  );
}
