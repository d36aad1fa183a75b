import { Checkbox, Chip, Input, TextInput } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { z } from 'zod';
import type { BodyOf, Charted, Draft, MeasurementKind, WardKind } from '../../../clinical/index.ts';
import { FormFrame, TimeField, toLocal } from './FormFrame.tsx';
import { useEffectiveTime } from './use-effective-time.ts';
import { useKept, useKeptTime } from './use-kept.ts';
import { useSave } from './use-save.ts';

export interface MeasureProps<K extends WardKind> {
  patient: string;
  timeZone: string;
  now: string;
  amend?: Charted<BodyOf<K>> | undefined;
  onDone: (message: string) => void;
  onCancel: () => void;
}

type Content<K extends WardKind> =
  Draft<BodyOf<K>> extends infer D
    ? D extends unknown
      ? Omit<D, 'effectiveAt' | 'replaces' | 'reason'>
      : never
    : never;

/** What may be charted in this frame: measurements, and what became of a dose. */
type Short = MeasurementKind | 'dose-reassessed' | 'dose-vomited';

/**
 * What every short measurement has: its time, a question again where a value is unusual, the reason of a correction.
 * `content` is undefined while something is missing; `ask` is what to confirm.
 */
export function MeasureFrame<K extends Short>({
  title,
  submit: says = 'Save',
  when = 'Time',
  content,
  ask,
  problem,
  props,
  children,
}: {
  title: string;
  /** On the commit button, and beside the time. */
  submit?: string;
  when?: string;
  content: Content<Short> | undefined;
  ask?: string | undefined;
  problem?: string | undefined;
  props: Omit<MeasureProps<K>, 'amend'> & {
    amend?: { id: string; body: { effectiveAt: string } } | undefined;
  };
  children: ReactNode;
}) {
  const { patient, timeZone, now, onDone, onCancel } = props;
  const amend: { id: string; body: { effectiveAt: string } } | undefined = props.amend;
  const [at, setAt] = useKeptTime(toLocal(amend?.body.effectiveAt ?? now, timeZone));
  const [reason, setReason] = useKept('reason', z.string(), '');
  const [confirmed, setConfirmed] = useState<string>();
  const time = useEffectiveTime(at, timeZone, now, amend?.body.effectiveAt);
  const saving = useSave(timeZone);
  const waits = ask !== undefined && confirmed !== ask;
  const submit = async (): Promise<void> => {
    if (!content) return;
    const message = await saving.save(patient, {
      ...content,
      effectiveAt: time.at ?? '',
      ...(amend ? { replaces: amend.id, reason: reason.trim() } : {}),
    } as Draft);
    if (message) onDone(message);
  };
  return (
    <FormFrame
      title={amend ? `Correct: ${title}` : title}
      submit={says}
      busy={saving.busy}
      problem={saving.problem ?? problem}
      disabled={!content || waits || time.at === undefined || (amend !== undefined && reason.trim() === '')}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      {children}
      {ask && (
        <div className="notice" role="alert">
          {ask}
          <Checkbox
            mt={6}
            size="md"
            label="Yes, it is right"
            checked={confirmed === ask}
            onChange={(event) => setConfirmed(event.currentTarget.checked ? ask : undefined)}
          />
        </div>
      )}
      <TimeField timeZone={timeZone} label={when} time={time} onChange={setAt} />
      {amend && (
        <TextInput
          label="Why is it corrected?"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
    </FormFrame>
  );
}

/** A row of answers to tap, one of them chosen. */
export function Pick<T extends string | number>({
  label,
  source,
  options,
  value,
  onChange,
}: {
  label: string;
  /** Where the answer comes from that stands here already. */
  source?: string | undefined;
  options: readonly { value: T; label: string }[];
  value: T | undefined;
  onChange: (value: T | undefined) => void;
}) {
  const id = useId();
  return (
    <fieldset className="tiles" aria-labelledby={id} aria-describedby={source && `${id}-source`}>
      <Input.Label id={id} component="div" size="md">
        {label}
      </Input.Label>
      {source && (
        <span id={`${id}-source`} className="quiet">
          {source}
        </span>
      )}
      <div className="row">
        {options.map((option) => (
          <Chip
            key={option.value}
            size="lg"
            checked={value === option.value}
            onChange={() => onChange(value === option.value ? undefined : option.value)}
          >
            {option.label}
          </Chip>
        ))}
      </div>
    </fieldset>
  );
}
