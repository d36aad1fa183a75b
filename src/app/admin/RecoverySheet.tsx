import { Button, Checkbox } from '@mantine/core';
import { toDataURL } from 'qrcode';
import { useEffect, useState } from 'react';

/**
 * The recovery identity on a sheet of paper for the safe: shown while the hospital is set up, and never again. On paper
 * there is the sheet alone.
 */
export function RecoverySheet({
  identity,
  recipient,
  printed,
  onPrinted,
}: {
  identity: string;
  recipient: string;
  printed: boolean;
  onPrinted: (printed: boolean) => void;
}) {
  const [picture, setPicture] = useState<string>();
  useEffect(() => void toDataURL(identity, { margin: 1, width: 260 }).then(setPicture), [identity]);
  return (
    <section className="card stack" aria-label="Recovery identity">
      <div className="sheet stack">
        <h2>Lamplight recovery identity</h2>
        <p>
          This opens every record of the hospital on any machine, if no server survives. Whoever holds it
          reads everything: it belongs in a safe, and in no computer.
        </p>
        {picture && <img src={picture} alt="The recovery identity as a QR code" width={260} height={260} />}
        <p className="secret" data-testid="recovery-identity">
          {identity}
        </p>
        <p>
          Its public half: <span className="secret">{recipient}</span>
        </p>
        <p>
          To open a transfer file: write the long line above into a file recovery.txt, then: age -d -i
          recovery.txt FILE.age
        </p>
        <p>Printed on ______________ by ______________ Kept in ______________</p>
      </div>
      <div className="row">
        <Button onClick={() => print()}>Print this sheet</Button>
        <Checkbox
          label="It is printed, and the paper lies in the safe. It is never shown again."
          checked={printed}
          onChange={(event) => onPrinted(event.currentTarget.checked)}
        />
      </div>
    </section>
  );
}
