import { Button, Select, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import {
  type BodyOf,
  type ChartOrder,
  countDifference,
  type Draft,
  type DrugCount,
  displayName,
  type EntryId,
  formatQuantity,
  formatTime,
  formatUnit,
  type Identity,
  type MedicationDetail,
  type Quantity,
  type SecondPersonNeeded,
} from '../../../clinical/index.ts';
import { useLamp, useStatus } from '../../lamp.tsx';
import { FormFrame } from '../forms/FormFrame.tsx';
import { useKeptValues } from '../forms/KeptForm.tsx';
import { readNumber } from '../forms/read-number.ts';
import { UNANSWERED } from '../forms/use-save.ts';
import { CREDENTIALS, SecretInput } from '../SecretInput.tsx';
import { orderLine } from './DoseFacts.tsx';

type Dose = BodyOf<'medication-administration'>;
/** What wants a second person: a dose, or a turn of an infusion. */
export type Prepared = Draft<Dose> | Draft<BodyOf<'infusion-charted'>>;

/** What the second person reads for herself: the dose, the rate of the pump, or the new bag. */
function toRead(entry: Prepared): { label: string; quantity: Quantity | undefined } {
  if (entry.kind === 'medication-administration')
    return { label: 'What is prepared, as the second person reads it', quantity: entry.dose };
  if (entry.wastedMl !== undefined)
    return {
      label: 'What is wasted, as the second person reads it',
      quantity: { value: entry.wastedMl, unit: 'mL' },
    };
  return entry.rateMlPerHour === undefined
    ? {
        label: 'What is in the bag, as the second person reads it',
        quantity: entry.bagMl === undefined ? undefined : { value: entry.bagMl, unit: 'mL' },
      }
    : {
        label: 'The rate of the pump, as the second person reads it',
        quantity: { value: entry.rateMlPerHour, unit: 'mL/h' },
      };
}

const MISSING = ['Nobody else on the ward', 'Emergency', 'Second person refused'] as const;
const PIECES = ['tablets', 'capsules', 'ampoules', 'vials', 'mL', 'patches', 'bags', 'syringes'];

/** A dose, or a bag that is hung: what a count of the locked cupboard is made around. A new rate takes nothing out. */
const takesFromStock = (entry: Prepared): boolean =>
  entry.kind === 'medication-administration' || entry.action === 'started' || entry.action === 'bag-changed';

/**
 * The second person sees order and preparation, not the first one's figures, says what is there, and signs with the
 * own PIN; whoever unlocked the tablet stays signed in. `charted`: the dose is saved already and lacks the signature.
 * Not `ready`: news of the chart speak against it since, which is looked at in the form before it is saved.
 */
export function SecondPersonStep({
  identity,
  order,
  detail,
  needed,
  dose,
  charted,
  ready = true,
  self,
  timeZone,
  onDone,
  onCancel,
}: {
  identity: Identity;
  order: ChartOrder;
  detail: MedicationDetail;
  needed: SecondPersonNeeded;
  dose: Prepared;
  charted?: EntryId | undefined;
  ready?: boolean;
  self: string;
  timeZone: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const { vault } = useLamp();
  const { discard, draftKey } = useKeptValues();
  // Another person begins to read, at the order. (Nothing is returned: Chromium's scrollTo answers with a promise.)
  useEffect(() => {
    scrollTo({ top: 0 });
  }, []);
  const staff = useStatus().value?.staff ?? [];
  const [seen, setSeen] = useState('');
  const [who, setWho] = useState<string | null>(null);
  const [pin, setPin] = useState('');
  const [unit, setUnit] = useState('');
  const [count, setCount] = useState({ before: '', given: '', wasted: '0', after: '' });
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const saved = useRef<{ id: EntryId; message: string } | undefined>(
    charted === undefined ? undefined : { id: charted, message: 'Signed' },
  );
  const { label, quantity } = toRead(dose);
  const counts = needed.as === 'witness' && charted === undefined && takesFromStock(dose);
  const wastes = dose.kind === 'infusion-charted' && dose.wastedMl !== undefined;
  // What is saved is on the chart itself: nothing is asked of it again.
  const goBack = !ready && saved.current === undefined;
  const amount = readNumber(seen);
  const differs = amount !== undefined && amount !== quantity?.value;
  const counted = counts ? readCount(unit, count) : undefined;
  const wrongBy = counted ? countDifference(counted) : undefined;
  const others = staff.filter(
    ({ id, role }) => id !== self && (role === 'nurse' || role === 'clinician' || role === 'witness'),
  );

  /** The dose once, however often a signature is tried. */
  async function saveDose(missing?: string): Promise<boolean> {
    if (saved.current) return true;
    const second: Dose['second'] = {
      as: needed.as,
      ...(missing === undefined ? {} : { missing }),
      ...(counted && wrongBy === 0 ? { count: counted } : {}),
    };
    const result = await vault
      .append({
        patient: identity.id,
        draft: { ...dose, second } as Draft,
        ...(draftKey === undefined ? {} : { forgets: draftKey }),
      })
      .catch(() => UNANSWERED);
    if (!result.ok) {
      setProblem(result.error.message);
      return false;
    }
    saved.current = {
      id: result.value.id,
      message: `Saved on this tablet ${formatTime(result.value.savedAt, timeZone)}`,
    };
    // It is charted, whether it is signed or not: continued after a lock it would be charted twice.
    await discard();
    return true;
  }

  async function run(missing?: string): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      if (!(await saveDose(missing)) || !saved.current) return;
      if (missing !== undefined)
        return onDone(`${saved.current.message}. Without a second person: ${missing}`);
      const result = await vault
        .witness({
          patient: identity.id,
          entry: saved.current.id,
          as: 'witness',
          statement: `${wastes ? 'Saw what was wasted' : 'Saw the order and the preparation'}: ${formatQuantity({ value: amount ?? 0, unit: quantity?.unit ?? '' })}`,
          staff: who ?? '',
          pin,
        })
        .catch(() => UNANSWERED);
      setPin('');
      if (result.ok) return onDone(`${saved.current.message}. Second signature saved`);
      setProblem(`It is saved; the second signature is not yet. ${result.error.message}`);
    } finally {
      setBusy(false);
    }
  }

  return (
    <FormFrame
      title={needed.as === 'witness' ? 'Witness' : 'Independent second check'}
      submit={
        saved.current
          ? 'Sign'
          : dose.kind === 'medication-administration'
            ? 'Sign and save dose'
            : 'Sign and save'
      }
      busy={busy}
      problem={problem}
      disabled={
        goBack ||
        amount === undefined ||
        differs ||
        who === null ||
        pin.length < CREDENTIALS.pin.shortest ||
        (counts && wrongBy !== 0)
      }
      onSubmit={() => void run()}
      onCancel={saved.current ? () => onDone('It is saved and waits for its second signature') : onCancel}
    >
      {goBack && (
        <p role="alert" className="notice stop">
          ▲ The chart has changed since: something speaks against this now. Nothing is saved yet. Go back with
          Cancel, and look at it.
        </p>
      )}
      <div className="card stack">
        <strong>{orderLine(order, detail)}</strong>
        <span>
          For {displayName(identity.name)}. Asks for two people: {needed.why}. Whoever signs here{' '}
          {wastes
            ? 'sees what is wasted, and says how much it is.'
            : 'looks at order and preparation, and says what is prepared.'}
        </span>
      </div>
      <TextInput
        label={label}
        description={formatUnit(quantity?.unit ?? '')}
        inputMode="decimal"
        maw={320}
        value={seen}
        error={
          differs
            ? 'This is not what the first person charted. Look together at order and preparation.'
            : undefined
        }
        onChange={(event) => setSeen(event.currentTarget.value)}
      />
      {counts && (
        <div className="stack">
          <div className="row" style={{ alignItems: 'flex-end' }}>
            <Select
              label="Counted in"
              placeholder="Choose"
              maw={180}
              data={PIECES}
              value={unit || null}
              onChange={(next) => setUnit(next ?? '')}
            />
            {(['before', 'given', 'wasted', 'after'] as const).map((part) => (
              <TextInput
                key={part}
                label={
                  { before: 'Count before', given: 'Given', wasted: 'Wasted', after: 'Count after' }[part]
                }
                inputMode="decimal"
                maw={130}
                value={count[part]}
                onChange={(event) => setCount({ ...count, [part]: event.currentTarget.value })}
              />
            ))}
          </div>
          {wrongBy !== undefined && wrongBy !== 0 && (
            <p role="alert" className="notice stop">
              ▲ The count does not agree: {Math.abs(wrongBy)} {wrongBy > 0 ? 'missing' : 'too many'}. Before
              is given, wasted and after together. Count again.
            </p>
          )}
        </div>
      )}
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <Select
          label="Second person"
          placeholder="Choose"
          maw={300}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={who}
          onChange={setWho}
        />
        <SecretInput
          whose="Second person's"
          maw={240}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
      </div>
      {!saved.current && (
        <fieldset className="card">
          <legend>Nobody to sign? Save it without, because:</legend>
          <div className="choices">
            {MISSING.map((why) => (
              <Button
                key={why}
                variant="default"
                loading={busy}
                disabled={goBack}
                onClick={() => void run(why)}
              >
                {why}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
    </FormFrame>
  );
}

function readCount(
  unit: string,
  typed: Record<'before' | 'given' | 'wasted' | 'after', string>,
): DrugCount | undefined {
  const [before, given, wasted, after] = [typed.before, typed.given, typed.wasted, typed.after].map(
    readNumber,
  );
  if (before === undefined || given === undefined || wasted === undefined || after === undefined)
    return undefined;
  return unit === '' ? undefined : { unit, before, given, wasted, after };
}
