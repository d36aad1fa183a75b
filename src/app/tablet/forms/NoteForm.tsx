import { zodResolver } from '@hookform/resolvers/zod';
import { SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { type BodyOf, type Chart, type Charted, NoteText, NoteType } from '../../../clinical/index.ts';
import { draftKey } from './drafts.ts';
import { FormFrame, firstProblem, TimeField, toLocal } from './FormFrame.tsx';
import { useDraft } from './use-draft.ts';
import { useEffectiveTime } from './use-effective-time.ts';
import { useSave } from './use-save.ts';

/** The form's text as it is kept in a draft; what a draft gives back is parsed with it. */
const NoteFields = z.object({
  noteType: NoteType,
  text: NoteText,
  situation: NoteText,
  background: NoteText,
  assessment: NoteText,
  recommendation: NoteText,
  at: z.string(),
  reason: z.string(),
});
export type NoteFields = z.infer<typeof NoteFields>;

const PARTS = [
  ['situation', 'Situation'],
  ['background', 'Background'],
  ['assessment', 'Assessment'],
  ['recommendation', 'Recommendation'],
] as const;

/** An encounter note. Every keystroke reaches the sealed draft within a quarter of a second. */
export function NoteForm({
  chart,
  timeZone,
  now,
  amend,
  draft,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  amend?: Charted<BodyOf<'note'>> | undefined;
  draft?: unknown;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const patient = chart.identity.id;
  const kept = NoteFields.safeParse(draft);
  const sbar = amend?.body.sbar;
  const { watch, setValue, register, handleSubmit, formState } = useForm<NoteFields>({
    resolver: zodResolver(NoteFields),
    defaultValues: kept.success
      ? kept.data
      : {
          noteType: amend?.body.noteType ?? 'nursing',
          text: amend?.body.text ?? '',
          situation: sbar?.situation ?? '',
          background: sbar?.background ?? '',
          assessment: sbar?.assessment ?? '',
          recommendation: sbar?.recommendation ?? '',
          at: toLocal(amend?.body.effectiveAt ?? now, timeZone),
          reason: '',
        },
  });
  const key = amend ? draftKey('note-amendment', patient, amend.id) : draftKey('note', patient);
  const saving = useSave(timeZone, key);
  const fields = watch();
  const noParts = PARTS.every(([name]) => fields[name].trim() === '');
  const noText = fields.text.trim() === '';
  const empty = fields.noteType === 'sbar' ? noParts : noText;
  // Written under another kind, and not shown under this one: it stays in the draft, and no note is signed without it.
  const beside = fields.noteType === 'sbar' ? !noText : !noParts;
  const time = useEffectiveTime(fields.at, timeZone, now, amend?.body.effectiveAt);
  const draftKept = useDraft(key, patient, noText && noParts && !amend ? undefined : fields);

  const submit = handleSubmit(async () => {
    const text =
      fields.noteType === 'sbar'
        ? {
            sbar: {
              situation: fields.situation,
              background: fields.background,
              assessment: fields.assessment,
              recommendation: fields.recommendation,
            },
          }
        : { text: fields.text };
    const message = await saving.save(patient, {
      kind: 'note',
      noteType: fields.noteType,
      effectiveAt: time.at ?? '',
      ...text,
      ...(amend ? { replaces: amend.id, reason: fields.reason.trim() } : {}),
    });
    if (!message) return;
    await draftKept.discard();
    onDone(message);
  });
  const leave = async (): Promise<void> => {
    await draftKept.flush();
    onCancel();
  };

  return (
    <FormFrame
      title={amend ? 'Amend note' : 'Write note'}
      submit="Sign note"
      busy={saving.busy}
      problem={saving.problem ?? firstProblem(formState.errors)}
      disabled={
        empty || beside || time.at === undefined || (amend !== undefined && fields.reason.trim() === '')
      }
      onSubmit={submit}
      onCancel={() => void leave()}
    >
      {beside && (
        <p className="notice" role="status">
          {fields.noteType === 'sbar'
            ? 'There is text of another kind of note too, which is not shown here. Choose that kind: sign it there, or move it and empty it.'
            : 'There is text under SBAR too, which is not shown here. Choose SBAR: sign it there, or move it and empty it.'}
        </p>
      )}
      <SegmentedControl
        aria-label="Kind of note"
        size="md"
        disabled={amend !== undefined}
        value={fields.noteType}
        onChange={(value) => setValue('noteType', value as NoteFields['noteType'])}
        data={[
          { value: 'nursing', label: 'Nursing' },
          { value: 'progress', label: 'Progress' },
          { value: 'sbar', label: 'SBAR' },
        ]}
      />
      {fields.noteType === 'sbar' ? (
        PARTS.map(([name, label]) => (
          <Textarea key={name} label={label} autosize minRows={2} {...register(name)} />
        ))
      ) : (
        <Textarea label="Note" autosize minRows={6} {...register('text')} />
      )}
      <TimeField
        timeZone={timeZone}
        label="Time of the note"
        time={time}
        onChange={(value) => setValue('at', value)}
      />
      {amend && <TextInput label="Why is it amended?" {...register('reason')} />}
      {draftKept.problem ? (
        <p role="alert" className="notice stop">
          The draft is not kept: {draftKept.problem}
        </p>
      ) : (
        <p className="quiet">
          Kept as a draft while you write, sealed for you alone.
          {!amend && ' To discard it, empty the note.'}
        </p>
      )}
    </FormFrame>
  );
}
