import {
  type Chart,
  displayName,
  formatAge,
  formatDate,
  formatInstant,
  handoffFromChart,
  handoffParts,
  sexInWords,
} from '../../../clinical/index.ts';
import { allergiesOnPaper, numbersOnPaper, upToInWords } from './PaperIdentity.tsx';
import { inPieces, type Paper, type PaperPiece } from './paper.ts';

/** As it was written, or, where nobody has, as the chart tells it. */
function partsOf(chart: Chart, timeZone: string): { from: string; parts: [string, string][] } {
  const written = chart.care.handoffs[0]?.written;
  if (!written) {
    const { sbar } = handoffFromChart(chart, timeZone);
    return { from: 'From the chart; nobody has written a handoff', parts: handoffParts({ sbar }) };
  }
  return {
    from: `Written by ${written.body.author.name}, ${formatInstant(written.body.effectiveAt, timeZone)}`,
    parts: handoffParts(written.body),
  };
}

export function handoffPaper(chart: Chart, timeZone: string): Paper {
  const { from, parts } = partsOf(chart, timeZone);
  return {
    title: 'Handoff sheet',
    chart,
    record: true,
    pieces: [
      { key: 'from', node: <p>{from}</p> },
      ...parts.flatMap(([label, text]) =>
        inPieces(text).map((piece, index) => ({
          key: `${label} ${index}`,
          group: { key: label, head: <div className="paper-head">{label}</div> },
          node: <div className="paper-text">{piece}</div>,
        })),
      ),
    ],
  };
}

/** A nurse's patients on one sheet: each begins with who it is, and says it again where a page ends. */
export function handoffSheet(
  charts: readonly Chart[],
  /** Whose charts could not be read. */
  missing: readonly string[],
  ward: string,
  timeZone: string,
): Paper {
  return {
    title: `Handoff sheet, ${ward}`,
    patients: charts.map(({ identity }) => identity.id),
    charts,
    record: true,
    pieces: [
      ...missing.map((who) => ({
        key: `missing ${who}`,
        node: (
          <p>
            <strong>▲ Not on this sheet: {who}.</strong> The chart could not be read. Lock the tablet, unlock
            it and print again, or hand over by word.
          </p>
        ),
      })),
      ...charts.flatMap((chart): PaperPiece[] => {
        const { identity, now } = chart;
        const { from, parts } = partsOf(chart, timeZone);
        const head = (
          <div className="paper-head">
            {identity.bed === undefined ? '' : `Bed ${identity.bed} · `}
            {displayName(identity.name)} · born{' '}
            {identity.birthDate
              ? `${formatDate(identity.birthDate)} (${formatAge(identity.birthDate, now, timeZone)})`
              : 'not known'}{' '}
            · {sexInWords(identity.sex)} · {numbersOnPaper(identity).join(', ')}
            <div className="paper-allergies">{allergiesOnPaper(chart.allergies)}</div>
          </div>
        );
        return [
          [`${from}; ${upToInWords(chart, timeZone)}`],
          ...parts.map(([label, text]) => inPieces(`${label}: ${text}`)),
        ].flatMap((texts, part) =>
          texts.map((text, index) => ({
            key: `${identity.id} ${part} ${index}`,
            group: { key: identity.id, head },
            node: <div className="paper-text">{text}</div>,
          })),
        );
      }),
    ],
  };
}
