import { Button } from '@mantine/core';
import { type BoardRow, displayName } from '../../clinical/index.ts';
import { placeInWords } from './patient/MoveNotices.tsx';

/** Patients of this ward who were moved to another one. */
export function MovedAway({
  rows,
  onOpen,
}: {
  rows: readonly BoardRow[];
  onOpen: (patient: string) => void;
}) {
  if (rows.length === 0) return null;
  return (
    <section className="stack" aria-label="Moved to other wards">
      <h2>Moved to other wards ({rows.length})</h2>
      {rows.map((row) => (
        <p key={row.patient} className="card row between">
          <span>
            <strong>{displayName(row.name)}</strong> {row.number?.value} →{' '}
            {row.elsewhere && placeInWords(row.elsewhere)}
          </span>
          <Button
            variant="default"
            onClick={() => onOpen(row.patient)}
            aria-label={`Open the chart of ${displayName(row.name)}`}
          >
            Open
          </Button>
        </p>
      ))}
    </section>
  );
}
