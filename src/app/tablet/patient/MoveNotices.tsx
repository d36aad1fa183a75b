import { type Arrival, type Chart, type Elsewhere, formatInstant } from '../../../clinical/index.ts';

/** Where the patient went, in a few words. */
export const placeInWords = ({ places }: Elsewhere): string =>
  places.map(({ wardName, bed }) => `${wardName}, bed ${bed}`).join(' or ');

/** Whether the record that goes along is whole here. */
export const recordInWords = ({ listed, here }: Arrival): string =>
  here < listed ? `${here} of ${listed} entries here` : `all ${listed} entries here`;

/** What whoever opens the chart must know of it: the patient is not here, or the record is not whole. */
export function MoveNotices({ chart, timeZone }: { chart: Chart; timeZone: string }) {
  const { elsewhere, arrival } = chart;
  if (elsewhere) {
    const [first] = elsewhere.places;
    return (
      <p className="notice">
        This patient was moved to <strong>{placeInWords(elsewhere)}</strong>
        {first && elsewhere.places.length === 1
          ? ` by ${first.by}, ${formatInstant(first.at, timeZone)}`
          : ''}
        . What you chart here goes to that ward.
      </p>
    );
  }
  if (chart.leftTheList)
    return (
      <p className="notice stop">
        ▲ The EHR does not name this patient on this ward any more: discharged, or moved there. What it said
        last is shown{chart.snapshotAsOf && `, as of ${formatInstant(chart.snapshotAsOf, timeZone)}`}; what
        was charted here is kept.
      </p>
    );
  if (!arrival) return null;
  return (
    <p className={arrival.here < arrival.listed ? 'notice stop' : 'notice'}>
      {arrival.here < arrival.listed ? '▲ ' : ''}Came from {arrival.fromName}, moved by {arrival.by},{' '}
      {formatInstant(arrival.at, timeZone)}: <strong>{recordInWords(arrival)}</strong>.
      {arrival.here < arrival.listed &&
        ' The rest is still on the way: ask that ward before you rely on this chart.'}
    </p>
  );
}
