import {
  type Chart,
  type Charted,
  describeEntry,
  fluidBalance,
  fluidDay,
  formatInstant,
  formatUnit,
  formLines,
  infusionFluids,
  isMeasured,
  serviceLine,
  stands,
  totalsInWords,
  type WardBody,
} from '../../../clinical/index.ts';
import { Picture } from '../../pictures/Picture.tsx';
import { News2Chart } from '../patient/News2Chart.tsx';
import { carePieces } from './care-pieces.tsx';
import { marPieces, Row, runningInfusions } from './mar-paper.tsx';
import { inPieces, type Paper, type PaperPiece } from './paper.ts';

/** As many sets as fit the width of a page, as large as they can be read. */
const SETS_IN_A_CHART = 6;

const heading = (text: string) => <div className="paper-head">{text}</div>;

/** The NEWS2 chart, newest sets first, then every set in words. */
function vitalPieces(chart: Chart, timeZone: string): PaperPiece[] {
  const applies = chart.care.news2Applies;
  const standing = chart.vitals.filter((set) => stands(set) && isMeasured(set));
  if (chart.vitals.length === 0)
    return [{ key: 'vitals-none', node: <p>No vital signs were charted during this downtime.</p> }];
  const charts = applies
    ? Array.from({ length: Math.ceil(standing.length / SETS_IN_A_CHART) }, (_, index) => ({
        key: `news2 ${index}`,
        node: (
          <div style={{ zoom: 0.78 }}>
            <News2Chart
              sets={standing.slice(index * SETS_IN_A_CHART, (index + 1) * SETS_IN_A_CHART)}
              timeZone={timeZone}
            />
          </div>
        ),
      }))
    : [
        {
          key: 'news2-not',
          node: <p>NEWS2 is not for people under 16, nor in pregnancy: no chart is drawn.</p>,
        },
      ];
  return [
    ...charts,
    ...chart.vitals.map((set) => ({
      key: `vital ${set.id}`,
      group: { key: 'vitals', head: heading('Vital signs, newest first') },
      node: (
        <Row
          struck={!stands(set)}
          cells={[
            formatInstant(set.body.effectiveAt, timeZone),
            describeEntry(set.body, applies).text,
            set.body.author.name,
          ]}
        />
      ),
    })),
  ];
}

/** Entries with their whole text, each under who and when; long ones go on over the page. */
function entryPieces(entries: readonly Charted<WardBody>[], timeZone: string): PaperPiece[] {
  return entries.flatMap((entry) => {
    const { title, text } = describeEntry(entry.body);
    const struck = stands(entry) ? '' : ' paper-struck';
    const head = heading(
      `${title} · ${formatInstant(entry.body.effectiveAt, timeZone)} · ${entry.body.author.name}, ${entry.body.author.role}${struck ? ' · replaced or in error' : ''}`,
    );
    const group = { key: entry.id, head };
    const lines = entry.body.kind === 'form-answered' ? formLines(entry.body.items) : [];
    const pictures = lines.flatMap(({ text: label, pictures: own }) =>
      (own ?? []).map((picture) => ({ label, picture })),
    );
    return [
      ...inPieces(text).map((piece, index) => ({
        key: `${entry.id} ${index}`,
        group,
        node: <div className={`paper-text${struck}`}>{piece}</div>,
      })),
      ...pictures.map(({ label, picture }, index) => ({
        key: `${entry.id} picture ${index}`,
        group,
        node: <Picture paper picture={picture} label={label} />,
      })),
    ];
  });
}

function notePieces(chart: Chart, timeZone: string): PaperPiece[] {
  const notes = [...chart.notes, ...chart.forms].sort(
    (a, b) => Date.parse(b.body.effectiveAt) - Date.parse(a.body.effectiveAt),
  );
  return notes.length > 0
    ? entryPieces(notes, timeZone)
    : [{ key: 'notes-none', node: <p>No notes and no forms were written during this downtime.</p> }];
}

function measurementPieces(chart: Chart, timeZone: string): PaperPiece[] {
  const fluids = [
    ...chart.measurements
      .filter(stands)
      .flatMap(({ body }) => (body.kind === 'fluid-recorded' ? [body] : [])),
    ...infusionFluids(chart.infusions, chart.now),
  ];
  const days = fluidBalance(fluids, fluidDay(timeZone, chart.settings.fluidShifts));
  return [
    ...days.map(({ from, totals }) => {
      const said = totalsInWords(totals);
      return {
        key: `fluids ${from}`,
        group: { key: 'fluids', head: heading('Fluid balance by day') },
        node: (
          <Row
            cells={[
              `from ${formatInstant(from, timeZone)}`,
              `in ${said.in} mL, out ${said.out} mL${said.notMeasured === '' ? '' : `, not measured: ${said.notMeasured}`}`,
              `balance ${said.balance} mL`,
            ]}
          />
        ),
      };
    }),
    ...chart.measurements.map((entry) => {
      const { title, text } = describeEntry(entry.body);
      return {
        key: entry.id,
        group: { key: 'measurements', head: heading('Charted: fluids, glucose, pain, coma scale, weight') },
        node: (
          <Row
            struck={!stands(entry)}
            cells={[
              formatInstant(entry.body.effectiveAt, timeZone),
              `${title}: ${text}`,
              entry.body.author.name,
            ]}
          />
        ),
      };
    }),
  ];
}

/** What whoever takes over has to know first: problems, code status, isolation, other orders, what runs. */
function coverPieces(chart: Chart, timeZone: string): PaperPiece[] {
  const orders = chart.orders.filter(({ state }) => state === 'active');
  const services = orders.flatMap(({ detail }) => (detail.category === 'medication' ? [] : [detail]));
  const lines = (key: string, title: string, texts: readonly string[]): PaperPiece[] =>
    (texts.length > 0 ? texts : ['None known here']).map((text, index) => ({
      key: `${key} ${index}`,
      group: { key, head: heading(title) },
      node: <div className="paper-text">{text}</div>,
    }));
  const of = (...categories: string[]): string[] =>
    services.filter(({ category }) => categories.includes(category)).map(serviceLine);
  return [
    ...lines('code', 'Code status', of('code-status')),
    ...lines('isolation', 'Isolation', of('isolation')),
    ...lines(
      'problems',
      'Problems',
      [chart.problems.join(' · ')].filter((text) => text !== ''),
    ),
    ...lines('running', 'Infusions', runningInfusions(chart, timeZone)),
    ...lines(
      'orders',
      'Other orders',
      of('laboratory', 'imaging', 'nursing', 'diet', 'consult', 'blood-product'),
    ),
    ...lines(
      'ehr',
      `From the EHR, newest values${chart.snapshotAsOf === undefined ? '' : `, as of ${formatInstant(chart.snapshotAsOf, timeZone)}`}`,
      chart.ehrObservations.map(
        ({ name, value, unit, effectiveAt }) =>
          `${name}: ${value} ${formatUnit(unit ?? '')} (${formatInstant(effectiveAt, timeZone)})`,
      ),
    ),
  ];
}

export const vitalsPaper = (chart: Chart, timeZone: string): Paper => ({
  title: 'NEWS2 chart and vital signs',
  chart,
  record: true,
  pieces: vitalPieces(chart, timeZone),
});

export const notesPaper = (chart: Chart, timeZone: string): Paper => ({
  title: 'Notes and forms',
  chart,
  record: true,
  pieces: notePieces(chart, timeZone),
});

/** All of it, in the order in which the next clinician needs it. */
export const transferPaper = (chart: Chart, timeZone: string): Paper => ({
  title: 'Transfer packet',
  chart,
  record: true,
  pieces: [
    ...coverPieces(chart, timeZone),
    ...carePieces(chart, timeZone),
    ...marPieces(chart, timeZone),
    ...vitalPieces(chart, timeZone),
    ...measurementPieces(chart, timeZone),
    ...notePieces(chart, timeZone),
  ],
});
