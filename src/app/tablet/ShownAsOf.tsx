import { dayAndTime } from '../../clinical/index.ts';
import { Problem } from '../Problem.tsx';

/** Above what could not be read again: it stays, and is never taken for new. */
export function ShownAsOf({ at, now, timeZone }: { at: string | undefined; now: string; timeZone: string }) {
  return (
    <Problem>
      {at !== undefined &&
        `▲ Shown as of ${dayAndTime(at, now, timeZone)}; could not be read again. What was saved is safe. Lock and open the tablet.`}
    </Problem>
  );
}
