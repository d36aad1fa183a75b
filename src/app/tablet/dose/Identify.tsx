import { Button } from '@mantine/core';
import {
  displayName,
  formatDate,
  formularyText,
  type Identity,
  type ScannedDrug,
  tallMan,
} from '../../../clinical/index.ts';
import { useCamera } from '../scan/scanning.tsx';

/** Why nothing was scanned: the workarounds that nurses name most (Koppel and others, JAMIA 2008;15:408). */
const WHY_NOT_SCANNED = ['No scanner here', 'Barcode unreadable', 'No barcode', 'Emergency'] as const;

/**
 * What was scanned of patient and drug; for what was not, two identifiers read aloud, and why, in one tap. The bed is
 * none of them (NPSG.01.01.01).
 */
export function Identify({
  identity,
  wristband,
  drug,
  chosen,
  onChoose,
}: {
  identity: Identity;
  wristband: boolean;
  drug: ScannedDrug | undefined;
  chosen: string;
  onChoose: (why: string) => void;
}) {
  const camera = useCamera();
  const knowsDrug = drug !== undefined && drug.match !== 'unknown';
  const scanned = [
    ...(wristband ? [`wristband of ${displayName(identity.name)}`] : []),
    ...(knowsDrug && drug.item ? [tallMan(formularyText(drug.item))] : []),
  ];
  if (wristband && knowsDrug)
    return (
      <p role="status" className="notice">
        ✓ Scanned: {scanned.join(' · ')}
        {drug.code.lot === undefined ? '' : ` · lot ${drug.code.lot}`}
        {drug.code.expiry === undefined ? '' : ` · expires ${formatDate(drug.code.expiry)}`}
      </p>
    );
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
        {scanned.length > 0 && `✓ Scanned: ${scanned.join(' · ')}. `}
        {wristband
          ? 'Label read aloud. Drug not scanned because:'
          : `Two identifiers read: ${displayName(identity.name)}, ${second}. Not scanned because:`}
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
        <Button variant="subtle" onClick={camera}>
          Scan with the camera
        </Button>
      </div>
    </fieldset>
  );
}
