import { Textarea } from '@mantine/core';
import { z } from 'zod';
import { DoseReassessed, DoseVomited, EFFECTS, type EntryId, REPEATS } from '../../../clinical/index.ts';
import { MeasureFrame, type MeasureProps, Pick } from '../forms/MeasureFrame.tsx';
import { RATINGS } from '../forms/ratings.ts';
import { useKept } from '../forms/use-kept.ts';

type AfterDoseProps = Omit<MeasureProps<'dose-reassessed'>, 'amend'> & {
  administration: EntryId;
  /** The dose in words. */
  dose: string;
};

const EFFECTS_TO_PICK = DoseReassessed.shape.effect.options.map((value) => ({
  value,
  label: EFFECTS[value],
}));
const REPEATS_TO_PICK = DoseVomited.shape.repeat.options.map((value) => ({ value, label: REPEATS[value] }));

/** Did the dose as needed help? */
export function ReassessForm({ administration, dose, ...props }: AfterDoseProps) {
  const [effect, setEffect] = useKept('effect', DoseReassessed.shape.effect.optional(), undefined);
  const [painScore, setPainScore] = useKept('painScore', DoseReassessed.shape.painScore, undefined);
  const [comment, setComment] = useKept('comment', z.string(), '');
  const said = comment.trim();
  return (
    <MeasureFrame
      title="Effect of a dose"
      submit="Save effect"
      props={props}
      content={
        effect === undefined || (effect === 'not-assessed' && said === '')
          ? undefined
          : {
              kind: 'dose-reassessed',
              administration,
              effect,
              ...(painScore === undefined ? {} : { painScore }),
              ...(said === '' ? {} : { comment: said }),
            }
      }
    >
      <p className="card">{dose}</p>
      <Pick label="Effect" options={EFFECTS_TO_PICK} value={effect} onChange={setEffect} />
      <Pick
        label="Pain now, 0 to 10, where it was for pain"
        options={RATINGS}
        value={painScore}
        onChange={setPainScore}
      />
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
    </MeasureFrame>
  );
}

/** Vomited after taking: the dose was given, and somebody decides whether to repeat it. */
export function VomitedForm({ administration, dose, ...props }: AfterDoseProps) {
  const [repeat, setRepeat] = useKept('repeat', DoseVomited.shape.repeat.optional(), undefined);
  return (
    <MeasureFrame
      title="Vomited after the dose"
      when="When it was vomited"
      props={props}
      content={repeat === undefined ? undefined : { kind: 'dose-vomited', administration, repeat }}
    >
      <p className="card">{dose}. It stays charted as given.</p>
      <Pick label="Repeat the dose?" options={REPEATS_TO_PICK} value={repeat} onChange={setRepeat} />
    </MeasureFrame>
  );
}
