import { Button } from '@mantine/core';
import { formatDate, SCREENS_TO_SIGN, type WardSettings } from '../../../clinical/index.ts';

/** Each says why it is off, and who switched it on. */
export function Scores({
  settings,
  onSign,
}: {
  settings: WardSettings;
  /** Absent: whoever looks is no clinician. */
  onSign: ((screen: string, on: boolean) => void) | undefined;
}) {
  return (
    <section className="stack" aria-label="Scores">
      <h3>Scores that a clinician switches on</h3>
      <p>
        Their values or terms were not checked against the publisher’s own paper. A clinician of the ward who
        has done that switches each on with their name; {onSign ? 'that is you' : 'sign in here as one'}.
      </p>
      {SCREENS_TO_SIGN.map(({ id, title, source }) => {
        const signed = settings.signedScreens.find(({ screen }) => screen === id);
        return (
          <div key={id} className="row between">
            <span>
              <strong>{title}</strong> · {source}
              <br />
              <span className="quiet">
                {signed ? `✓ On: checked by ${signed.by}, ${formatDate(signed.at.slice(0, 10))}` : '○ Off'}
              </span>
            </span>
            {onSign && (
              <Button
                variant={signed ? 'default' : 'filled'}
                aria-label={signed ? `Switch off ${title}` : `I have checked it: switch it on: ${title}`}
                onClick={() => onSign(id, !signed)}
              >
                {signed ? 'Switch off' : 'I have checked it: switch it on'}
              </Button>
            )}
          </div>
        );
      })}
    </section>
  );
}
