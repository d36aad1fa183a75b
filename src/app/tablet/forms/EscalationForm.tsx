import { Textarea, TextInput } from '@mantine/core';
import { z } from 'zod';
import {
  ANSWERS,
  type Chart,
  EntryId,
  type Escalation,
  EscalationMeans,
  MEANS,
} from '../../../clinical/index.ts';
import { FormFrame, TimeField, toLocal } from './FormFrame.tsx';
import { Pick } from './MeasureFrame.tsx';
import { useEffectiveTime } from './use-effective-time.ts';
import { useKept, useKeptTime } from './use-kept.ts';
import { useSave } from './use-save.ts';

const CAPITAL = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
const WAYS = EscalationMeans.options.map((value) => ({ value, label: CAPITAL(MEANS[value]) }));
const Answered = z.enum(['coming', 'advice', 'no-answer']);
const ANSWERED = Answered.options.map((value) => ({
  value,
  label: CAPITAL(ANSWERS[value]),
}));

interface Props {
  chart: Chart;
  /** Absent: a worry of the nurse's own. */
  escalation?: Escalation | undefined;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

/** Who was told, by what means, and what they said. Nobody answered: the next in line is asked for at once. */
export function EscalationForm({ chart, escalation, timeZone, now, onDone, onCancel }: Props) {
  const [because, setBecause] = useKept('because', z.string(), escalation?.because ?? '');
  const [told, setTold] = useKept('told', z.string(), '');
  const [means, setMeans] = useKept('means', EscalationMeans.optional(), 'telephone');
  const [answer, setAnswer] = useKept('answer', Answered.optional(), undefined);
  const [comment, setComment] = useKept('comment', z.string(), '');
  const [at, setAt] = useKeptTime(toLocal(now, timeZone));
  const time = useEffectiveTime(at, timeZone, now);
  const saving = useSave(timeZone);
  /** The first step of a worry that began here: only by its id is it told from an earlier one in the same words. */
  const [first, setFirst] = useKept('first', EntryId.optional(), undefined, { beside: true });
  const about = escalation?.about ?? first;
  // As it stands now: what was saved a moment ago is one of its steps.
  const before = chart.care.escalations.find((one) => one.about === about)?.steps ?? [];
  const ready =
    told.trim() !== '' &&
    because.trim() !== '' &&
    means !== undefined &&
    answer !== undefined &&
    time.at !== undefined;

  async function submit(): Promise<void> {
    if (!ready) return;
    const saved = await saving.append(chart.identity.id, {
      kind: 'escalation-recorded',
      effectiveAt: time.at ?? '',
      ...(about === undefined ? {} : { about }),
      because: because.trim(),
      told: told.trim(),
      means,
      answer,
      ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
    });
    if (!saved) return;
    if (answer !== 'no-answer') return onDone(saved.message);
    setFirst(first ?? saved.id);
    // The next in line, without going back for the form.
    setTold('');
    setAt(toLocal(now, timeZone));
    setAnswer(undefined);
    setComment(`${told.trim()} did not answer`);
  }

  return (
    <FormFrame
      title="Who was told?"
      submit="Save"
      busy={saving.busy}
      problem={saving.problem}
      disabled={!ready}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      {about !== undefined ? (
        <p className="notice stop">▲ {because}</p>
      ) : (
        <TextInput
          label="What is it about?"
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
        />
      )}
      {before.map(({ id, body }) => (
        <p key={id} className="quiet">
          {toLocal(body.effectiveAt, timeZone)}: {body.told} {MEANS[body.means]}, {ANSWERS[body.answer]}
        </p>
      ))}
      <TextInput
        label={before.at(-1)?.body.answer === 'no-answer' ? 'Next in line: who was told?' : 'Who was told'}
        placeholder="Name and role"
        value={told}
        onChange={(event) => setTold(event.currentTarget.value)}
        maw={480}
      />
      <Pick label="How" options={WAYS} value={means} onChange={setMeans} />
      <Pick label="And" options={ANSWERED} value={answer} onChange={setAnswer} />
      <Textarea
        label="What they said"
        autosize
        minRows={1}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <TimeField timeZone={timeZone} label="When" time={time} onChange={setAt} />
    </FormFrame>
  );
}

/** The patient was seen: by whom, when. It ends the escalation. */
export function SeenForm({ chart, escalation, timeZone, now, onDone, onCancel }: Props) {
  const last = escalation?.steps.findLast(({ body }) => body.answer === 'coming');
  const [seenBy, setSeenBy] = useKept('seenBy', z.string(), last?.body.told ?? '');
  const [comment, setComment] = useKept('comment', z.string(), '');
  const [at, setAt] = useKeptTime(toLocal(now, timeZone));
  const time = useEffectiveTime(at, timeZone, now);
  const saving = useSave(timeZone);
  const about = escalation?.about;
  const ready = about !== undefined && seenBy.trim() !== '' && time.at !== undefined;
  return (
    <FormFrame
      title="Seen by"
      submit="Save"
      busy={saving.busy}
      problem={saving.problem}
      disabled={!ready}
      onSubmit={() =>
        void (async () => {
          if (!ready) return;
          const message = await saving.save(chart.identity.id, {
            kind: 'escalation-seen',
            effectiveAt: time.at ?? '',
            about,
            seenBy: seenBy.trim(),
            ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
          });
          if (message) onDone(message);
        })()
      }
      onCancel={onCancel}
    >
      <p className="card">{escalation?.because}</p>
      <TextInput
        label="Who saw the patient"
        value={seenBy}
        onChange={(event) => setSeenBy(event.currentTarget.value)}
        maw={480}
      />
      <Textarea
        label="What was decided"
        autosize
        minRows={1}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <TimeField timeZone={timeZone} label="When" time={time} onChange={setAt} />
    </FormFrame>
  );
}
