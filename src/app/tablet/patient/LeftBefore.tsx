import { Button } from '@mantine/core';
import { dayAndTime } from '../../../clinical/index.ts';

/** A lock, a phone call, a patient in between; after it another measurement or dose is likelier than the same one. */
const SAME_OCCASION_MS = 60 * 60_000;

/** Whether what was left then is asked about before it is continued, since it may be of another occasion. */
export const isOfBefore = (leftAt: string | undefined, now: string): boolean =>
  leftAt !== undefined && Date.parse(now) - Date.parse(leftAt) > SAME_OCCASION_MS;

/** Values and time of before must not be charted as of now without anybody seeing it. */
export function LeftBefore({
  name,
  leftAt,
  now,
  timeZone,
  onGoOn,
  onAnew,
  onCancel,
}: {
  name: string;
  leftAt: string;
  now: string;
  timeZone: string;
  onGoOn: () => void;
  onAnew: () => void;
  onCancel: () => void;
}) {
  return (
    <section className="card stack" aria-label={`Unfinished ${name}`}>
      <p>
        You left an unfinished {name} here, {dayAndTime(leftAt, now, timeZone)}. Its values and its time are
        of then.
      </p>
      <div className="footer-actions">
        <Button variant="default" onClick={onCancel}>
          Back
        </Button>
        <Button variant="default" onClick={onAnew}>
          Discard it and start anew
        </Button>
        <Button onClick={onGoOn}>Go on with it</Button>
      </div>
    </section>
  );
}
