import { NativeSelect, TextInput } from '@mantine/core';
import { z } from 'zod';
import { GCS_WORDS, GcsAssessed, gcsInWords } from '../../../clinical/index.ts';
import { MeasureFrame, type MeasureProps, Pick } from './MeasureFrame.tsx';
import { useKept } from './use-kept.ts';

type Part = number | 'NT';
const partOptions = (words: Record<number, string>): { value: Part; label: string }[] => [
  ...Object.entries(words)
    .map(([score, word]) => ({ value: Number(score) as Part, label: `${score} ${word}` }))
    .reverse(),
  { value: 'NT', label: 'Not testable' },
];
const PARTS = [
  ['eyes', 'Eyes'],
  ['verbal', 'Verbal'],
  ['motor', 'Motor'],
] as const;
const REACTIONS = [
  { value: 'brisk', label: 'Brisk' },
  { value: 'sluggish', label: 'Sluggish' },
  { value: 'none', label: 'None' },
  { value: 'not-testable', label: 'Cannot be tested' },
] as const;

const { eyes: Eyes, verbal: Verbal, motor: Motor, pupils: Pupils } = GcsAssessed.shape;
/** As far as they are chosen. */
const Parts = z.object({ eyes: Eyes, verbal: Verbal, motor: Motor }).partial();
const Half = Pupils.unwrap().shape.left.partial();
const BothHalf = z.object({ left: Half, right: Half }).partial();

/** Glasgow Coma Scale and pupils. */
export function GcsForm(props: MeasureProps<'gcs-assessed'>) {
  const before = props.amend?.body;
  const [parts, setParts] = useKept(
    'parts',
    Parts,
    before ? { eyes: before.eyes, verbal: before.verbal, motor: before.motor } : {},
  );
  const [because, setBecause] = useKept('because', z.string(), before?.notTestableBecause ?? '');
  const [pupils, setPupils] = useKept('pupils', BothHalf, before?.pupils ?? {});
  const { eyes, verbal, motor } = parts;
  const untested = [eyes, verbal, motor].includes('NT');
  const [left, right] = [pupils.left, pupils.right];
  const both =
    left?.reaction && right?.reaction
      ? { left: { ...left, reaction: left.reaction }, right: { ...right, reaction: right.reaction } }
      : undefined;
  // A size alone is no pupil yet, and must not be left out without a word.
  const half =
    !both && [left, right].some((pupil) => pupil?.reaction !== undefined || pupil?.sizeMm !== undefined);
  const scored = eyes !== undefined && verbal !== undefined && motor !== undefined;
  return (
    <MeasureFrame
      title="Consciousness and pupils"
      props={props}
      problem={half ? 'Say how both pupils react, or neither.' : undefined}
      content={
        scored && !half && (!untested || because.trim() !== '')
          ? {
              kind: 'gcs-assessed',
              eyes,
              verbal,
              motor,
              ...(untested ? { notTestableBecause: because.trim() } : {}),
              ...(both ? { pupils: both } : {}),
            }
          : undefined
      }
    >
      {PARTS.map(([name, label]) => (
        <Pick
          key={name}
          label={label}
          options={partOptions(GCS_WORDS[name])}
          value={parts[name]}
          onChange={(value) => setParts({ ...parts, ...(value === undefined ? {} : { [name]: value }) })}
        />
      ))}
      {untested && (
        <TextInput
          label="Why it could not be tested"
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
          maw={480}
        />
      )}
      {scored && (
        <p role="status">{gcsInWords({ eyes, verbal, motor, ...(both ? { pupils: both } : {}) })}</p>
      )}
      {(['left', 'right'] as const).map((side) => (
        <div key={side} className="row fields">
          <Pick
            label={`${side === 'left' ? 'Left' : 'Right'} pupil reacts`}
            options={REACTIONS}
            value={pupils[side]?.reaction}
            onChange={(reaction) => setPupils({ ...pupils, [side]: { ...pupils[side], reaction } })}
          />
          <NativeSelect
            label={`Size ${side} (mm)`}
            size="md"
            data={['', ...Array.from({ length: 9 }, (_, at) => String(at + 1))]}
            value={String(pupils[side]?.sizeMm ?? '')}
            onChange={(event) => {
              const { sizeMm: _, ...rest } = pupils[side] ?? {};
              const typed = event.currentTarget.value;
              setPupils({
                ...pupils,
                [side]: { ...rest, ...(typed === '' ? {} : { sizeMm: Number(typed) }) },
              });
            }}
          />
        </div>
      ))}
    </MeasureFrame>
  );
}
