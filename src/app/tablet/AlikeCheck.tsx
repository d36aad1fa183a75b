import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type BoardRow, displayName } from '../../clinical/index.ts';
import { rowName } from './BoardScreen.tsx';

/**
 * Before a patient is opened whose name or date of birth somebody else here has too: the year of birth, as the patient
 * or the wristband says it (identity-and-display.md). Whoever scanned the wristband has shown it already.
 */
export function AlikeCheck({
  row,
  others,
  onRight,
  onBack,
}: {
  row: BoardRow;
  others: readonly BoardRow[];
  onRight: () => void;
  onBack: () => void;
}) {
  const [typed, setTyped] = useState('');
  const year = row.birthDate?.slice(0, 4);
  const wrong = typed.length === 4 && typed !== year;
  return (
    <Modal opened onClose={onBack} title={`▲ Name alert: ${displayName(row.name)}`}>
      <div className="stack">
        <p>
          {displayName(row.name)} is easily taken for {others.slice(0, 3).map(rowName).join('; ')}. Whom do
          you mean?
        </p>
        {year === undefined ? (
          <Button onClick={onRight}>
            I compared name and number: {row.number?.value ?? 'no number is known'}
          </Button>
        ) : (
          <TextInput
            label="Year of birth, as patient or wristband says"
            inputMode="numeric"
            maxLength={4}
            maw={280}
            value={typed}
            error={
              wrong
                ? 'That is not the year of birth on record. Look at the wristband: it may be the other patient.'
                : undefined
            }
            onChange={(event) => {
              const next = event.currentTarget.value.replace(/\D/g, '');
              setTyped(next);
              if (next === year) onRight();
            }}
          />
        )}
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
      </div>
    </Modal>
  );
}
