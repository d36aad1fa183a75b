import {
  byClock,
  type Chart,
  describeEntry,
  displayName,
  EHR_ALLERGIES_UNREAD,
  formatAge,
  formatDate,
  formatInstant,
  sexInWords,
} from '../../../clinical/index.ts';

export const ALLERGIES = {
  known: 'ALLERGIES',
  nilknown: 'No known allergies',
  notasked: 'Allergies not recorded',
  unavailable: 'Allergies could not be read on this tablet',
} as const;

/** Every number with its kind: two hospitals may have the same digits. */
export const numbersOnPaper = ({ numbers }: Chart['identity']): string[] =>
  numbers.length === 0
    ? ['No number on this tablet']
    : numbers.map(({ kind, value }) => `${kind === 'MRT' ? 'Downtime number' : 'EHR number'} ${value}`);

/** Allergies in one line, each with its reaction. */
export const allergiesOnPaper = ({ status, list, ehrUnread }: Chart['allergies']): string =>
  `${ALLERGIES[status]}${list.length > 0 ? `: ${list.map(({ substance, reaction }) => `${substance.text}${reaction ? ` (${reaction})` : ''}`).join(', ')}` : ''}${ehrUnread ? `. ${EHR_ALLERGIES_UNREAD}` : ''}`;

/** Who it is, on every page: name, date of birth, sex, every number with its kind, allergies. */
export function PaperIdentity({ chart, now, timeZone }: { chart: Chart; now: string; timeZone: string }) {
  const { identity, allergies } = chart;
  return (
    <>
      <div className="paper-identity">
        <strong>{displayName(identity.name)}</strong>
        <span>
          Born{' '}
          {identity.birthDate
            ? `${formatDate(identity.birthDate)} (${formatAge(identity.birthDate, now, timeZone)})`
            : 'not known'}
        </span>
        <span>{sexInWords(identity.sex)}</span>
        {numbersOnPaper(identity).map((number) => (
          <span key={number}>{number}</span>
        ))}
        {identity.bed && <span>Bed {identity.bed}</span>}
      </div>
      <div className="paper-allergies">{allergiesOnPaper(allergies)}</div>
    </>
  );
}

/** Up to which entry: whoever holds a newer paper, or the tablet, sees what this one lacks. */
export function upToInWords(chart: Chart, timeZone: string): string {
  const newest = chart.history.toSorted(byClock).at(-1);
  if (!newest) return 'no entries here';
  const at = newest.body ? ` of ${formatInstant(newest.body.recordedAt, timeZone)}` : '';
  return `up to entry ${newest.id.slice(0, 6)}…${newest.id.slice(32)}${at}`;
}

/**
 * What nobody but this tablet holds, by name: the paper may be all that is left of it. `of`: whose, on a sheet of several;
 * `more`: how many there are beside those that were opened.
 */
export function Unsent({
  entries,
  more = 0,
  of,
  timeZone,
}: {
  entries: Chart['history'];
  more?: number;
  of?: string;
  timeZone: string;
}) {
  return (
    <div className="paper-unsent">
      <strong>
        {of === undefined ? 'On' : `${of}: on`} this tablet only when this was printed (
        {entries.length + more}):
      </strong>{' '}
      {entries
        .map(
          ({ body }) =>
            `${describeEntry(body).title}${body ? ` ${formatInstant(body.effectiveAt, timeZone)}` : ''}`,
        )
        .join('; ')}
      {more > 0 && `${entries.length > 0 ? '; and ' : ''}${more} more`}
    </div>
  );
}
