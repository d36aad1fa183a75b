import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { type Chart, OrderId, type PhonedResult } from '../../../clinical/index.ts';
import { FormFrame, TimeField, toLocal } from './FormFrame.tsx';
import { Pick } from './MeasureFrame.tsx';
import { useEffectiveTime } from './use-effective-time.ts';
import { useKept, useKeptTime } from './use-kept.ts';
import { useSave } from './use-save.ts';

interface Props {
  chart: Chart;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

/** A result that somebody phones in: written, read back, and, where it is critical, escalated until somebody knows. */
export function ResultForm({ chart, timeZone, now, onDone, onCancel }: Props) {
  const waiting = chart.orders.flatMap(({ id, state, detail }) =>
    state === 'active' && (detail.category === 'laboratory' || detail.category === 'imaging')
      ? [{ value: id, label: detail.request.text }]
      : [],
  );
  const [order, setOrder] = useKept('order', OrderId.optional(), undefined);
  const [test, setTest] = useKept('test', z.string(), '');
  const [value, setValue] = useKept('value', z.string(), '');
  const [unit, setUnit] = useKept('unit', z.string(), '');
  const [caller, setCaller] = useKept('caller', z.string(), '');
  // Said on the telephone, by whoever says it: a form that is continued asks again.
  const [readBack, setReadBack] = useState(false);
  const [critical, setCritical] = useKept('critical', z.enum(['yes', 'no']).optional(), undefined);
  const [at, setAt] = useKeptTime(toLocal(now, timeZone));
  const time = useEffectiveTime(at, timeZone, now);
  const saving = useSave(timeZone);
  const ready =
    test.trim() !== '' &&
    value.trim() !== '' &&
    caller.trim() !== '' &&
    readBack &&
    critical !== undefined &&
    time.at !== undefined;
  return (
    <FormFrame
      title="Result by telephone"
      submit="Save result"
      busy={saving.busy}
      problem={saving.problem}
      disabled={!ready}
      onSubmit={() =>
        void saving
          .save(chart.identity.id, {
            kind: 'result-received',
            effectiveAt: time.at ?? '',
            ...(order === undefined ? {} : { order }),
            test: test.trim(),
            value: value.trim(),
            ...(unit.trim() === '' ? {} : { unit: unit.trim() }),
            caller: caller.trim(),
            readBack: true,
            critical: critical === 'yes',
          })
          .then((message) => message && onDone(message))
      }
      onCancel={onCancel}
    >
      {waiting.length > 0 && (
        <Pick
          label="Of which order"
          options={waiting}
          value={order}
          onChange={(next) => {
            setOrder(next);
            const chosen = waiting.find((one) => one.value === next);
            if (chosen) setTest(chosen.label);
          }}
        />
      )}
      <div className="vitals-grid">
        <TextInput label="Test" value={test} onChange={(event) => setTest(event.currentTarget.value)} />
        <TextInput
          label="Value, as it was said"
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <TextInput label="Unit" value={unit} onChange={(event) => setUnit(event.currentTarget.value)} />
        <TextInput
          label="Who gave it, from where"
          value={caller}
          onChange={(event) => setCaller(event.currentTarget.value)}
        />
      </div>
      <Pick
        label="Critical?"
        options={[
          { value: 'yes' as const, label: 'Critical: somebody must know now' },
          { value: 'no' as const, label: 'Not critical' },
        ]}
        value={critical}
        onChange={setCritical}
      />
      <Checkbox
        size="md"
        label="Read back and confirmed"
        checked={readBack}
        onChange={(event) => setReadBack(event.currentTarget.checked)}
      />
      <TimeField timeZone={timeZone} label="When" time={time} onChange={setAt} />
    </FormFrame>
  );
}

/** Who decides by it knows it now: whoever signs here, or whom a nurse told. */
export function AcknowledgeForm({
  chart,
  result,
  decides,
  timeZone,
  onDone,
  onCancel,
}: Props & {
  result: PhonedResult;
  /** A clinician acknowledges for herself. */
  decides: boolean;
}) {
  const [told, setTold] = useKept('told', z.string(), '');
  const saving = useSave(timeZone);
  const { body } = result.received;
  return (
    <FormFrame
      title="Acknowledge a result"
      submit="Acknowledge"
      busy={saving.busy}
      problem={saving.problem}
      disabled={!decides && told.trim() === ''}
      onSubmit={() =>
        void saving
          .save(chart.identity.id, {
            kind: 'result-acknowledged',
            effectiveAt: new Date().toISOString(),
            result: result.received.id,
            ...(told.trim() === '' ? {} : { told: told.trim() }),
          })
          .then((message) => message && onDone(message))
      }
      onCancel={onCancel}
    >
      <p className={body.critical ? 'notice stop' : 'card'}>
        {body.critical ? '▲ Critical: ' : ''}
        {body.test} {body.value} {body.unit ?? ''}
      </p>
      <TextInput
        label={decides ? 'Told to somebody else (may stay empty)' : 'Who was told, and answers for it'}
        value={told}
        onChange={(event) => setTold(event.currentTarget.value)}
        maw={480}
      />
    </FormFrame>
  );
}
