import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import {
  type Chart,
  handoffFromChart,
  IllnessSeverity,
  NoteText,
  SEVERITIES,
} from '../../../clinical/index.ts';
import { draftKey } from './drafts.ts';
import { FormFrame } from './FormFrame.tsx';
import { Pick } from './MeasureFrame.tsx';
import { useDraft } from './use-draft.ts';
import { useSave } from './use-save.ts';

const Fields = z.object({
  format: z.enum(['sbar', 'i-pass']),
  /** Absent until the nurse says it, where the chart does not. */
  severity: IllnessSeverity.optional(),
  parts: z.record(z.string(), NoteText),
});
type Fields = z.infer<typeof Fields>;

const PARTS = {
  sbar: [
    ['situation', 'Situation'],
    ['background', 'Background'],
    ['assessment', 'Assessment'],
    ['recommendation', 'Recommendation'],
  ],
  'i-pass': [
    ['patientSummary', 'Patient summary'],
    ['actionList', 'Action list'],
    ['situationAwareness', 'Situation awareness and contingency plans'],
  ],
} as const;

/** A handoff, written from the chart already: to be corrected and added to. */
export function HandoffForm({
  chart,
  timeZone,
  draft,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  draft?: unknown;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const patient = chart.identity.id;
  // As it was when the form was opened: what is charted meanwhile must not change words that somebody is reading.
  const [fields, setFields] = useState<Fields>(() => {
    const kept = Fields.safeParse(draft);
    if (kept.success) return kept.data;
    const { sbar, ipass } = handoffFromChart(chart, timeZone);
    const { illnessSeverity, ...texts } = ipass;
    return {
      format: 'sbar',
      ...(illnessSeverity ? { severity: illnessSeverity } : {}),
      parts: { ...sbar, ...texts },
    };
  });
  const [touched, setTouched] = useState(draft !== undefined);
  const key = draftKey('handoff', patient);
  const saving = useSave(timeZone, key);
  const kept = useDraft(key, patient, touched ? fields : undefined);
  const change = (next: Partial<Fields>): void => {
    setTouched(true);
    setFields({ ...fields, ...next });
  };
  const text = (name: string): string => fields.parts[name] ?? '';

  const { format, severity } = fields;

  async function submit(): Promise<void> {
    if (format === 'i-pass' && !severity) return;
    const message = await saving.save(patient, {
      kind: 'handoff-written',
      effectiveAt: new Date().toISOString(),
      ...(format === 'sbar' || !severity
        ? {
            sbar: {
              situation: text('situation'),
              background: text('background'),
              assessment: text('assessment'),
              recommendation: text('recommendation'),
            },
          }
        : {
            ipass: {
              illnessSeverity: severity,
              patientSummary: text('patientSummary'),
              actionList: text('actionList'),
              situationAwareness: text('situationAwareness'),
            },
          }),
    });
    if (!message) return;
    await kept.discard();
    onDone(message);
  }

  return (
    <FormFrame
      title="Handoff"
      submit="Save handoff"
      busy={saving.busy}
      disabled={format === 'i-pass' && !severity}
      aside={format === 'i-pass' && !severity && 'Say how ill the patient is: the chart does not.'}
      problem={saving.problem ?? kept.problem}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      <p className="quiet">Written from the chart. Correct it, and add what no chart says.</p>
      <SegmentedControl
        aria-label="Format"
        size="lg"
        value={format}
        onChange={(format) => change({ format: format as Fields['format'] })}
        data={[
          { value: 'sbar', label: 'SBAR' },
          { value: 'i-pass', label: 'I-PASS' },
        ]}
      />
      {format === 'i-pass' && (
        <Pick
          label="Illness severity"
          value={severity}
          onChange={(next) => change({ severity: next })}
          options={IllnessSeverity.options.map((value) => ({ value, label: SEVERITIES[value] }))}
        />
      )}
      {PARTS[format].map(([name, label]) => (
        <Textarea
          key={name}
          label={label}
          autosize
          minRows={2}
          maxRows={12}
          value={text(name)}
          onChange={(event) => change({ parts: { ...fields.parts, [name]: event.currentTarget.value } })}
        />
      ))}
    </FormFrame>
  );
}
