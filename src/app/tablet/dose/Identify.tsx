import { Button } from '@mantine/core';
import { displayName, formatDate, type Identity } from '../../../clinical/index.ts';

/** Why nothing was scanned: the workarounds that nurses name most (Koppel and others, JAMIA 2008;15:408). */
const WHY_NOT_SCANNED = ['No scanner here', 'Barcode unreadable', 'No barcode', 'Emergency'] as const;

/**
 * Two identifiers, read aloud, and why nothing was scanned, in one tap. The bed is none of them (NPSG.01.01.01).
 */
export function Identify({
  identity,
  chosen,
  onChoose,
}: {
  identity: Identity;
  chosen: string;
  onChoose: (why: string) => void;
}) {
  const [number] = identity.numbers;
  const second =
    identity.birthDate === undefined
      ? number === undefined
        ? 'no second identifier is known: ask'
        : `number ${number.value}`
      : `born ${formatDate(identity.birthDate)}`;
  return (
    <fieldset className="card">
      <legend>
        Two identifiers read: {displayName(identity.name)}, {second}. Not scanned because:
      </legend>
      <div className="choices">
        {WHY_NOT_SCANNED.map((why) => (
          <Button
            key={why}
            variant={chosen === why ? 'filled' : 'default'}
            aria-pressed={chosen === why}
            onClick={() => onChoose(why)}
          >
            {why}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
