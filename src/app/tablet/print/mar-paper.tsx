import {
  banInWords,
  type Chart,
  type Charted,
  type ChartOrder,
  describeDose,
  describeEntry,
  endInWords,
  formatInstant,
  formatNumber,
  instructionsInWords,
  isDueAtNoTime,
  lacksSecondPerson,
  lastGiven,
  limitInWords,
  MAYBE_IN_EHR,
  OUTCOMES,
  stands,
  withoutUnsafeAbbreviations,
} from '../../../clinical/index.ts';
import { nothingGiven, orderLine } from '../dose/DoseFacts.tsx';
import type { Paper, PaperPiece } from './paper.ts';

const BACK_MS = 24 * 3_600_000;
const AHEAD_MS = 12 * 3_600_000;

const STATES: Record<ChartOrder['state'], string> = {
  active: '',
  'on-hold': 'ON HOLD',
  stopped: 'STOPPED',
  ended: 'OVER',
  'entered-in-error': 'ENTERED IN ERROR',
};

/** Every medication order with what was charted in the last day, what is open, and what comes in the next twelve hours. */
export function marPieces(chart: Chart, timeZone: string): PaperPiece[] {
  const medication = chart.orders.filter(({ detail }) => detail.category === 'medication');
  const bans = (chart.notToGive ?? []).map((ban, index) => ({
    key: `mar-not ${index}`,
    node: (
      <p>
        <strong>DO NOT GIVE {banInWords(ban)}.</strong> Ordered in the EHR,{' '}
        {formatInstant(ban.asOf, timeZone)}
      </p>
    ),
  }));
  if (medication.length === 0)
    return [...bans, { key: 'mar-none', node: <p>No medication orders are known here.</p> }];
  return [
    ...bans,
    ...medication
      .toSorted((a, b) => Number(a.state !== 'active') - Number(b.state !== 'active'))
      .flatMap((order) => orderPieces(chart, order, timeZone)),
  ];
}

function orderPieces(chart: Chart, order: ChartOrder, timeZone: string): PaperPiece[] {
  if (order.detail.category !== 'medication') return [];
  const last = lastGiven(order);
  const hold = order.state === 'on-hold' ? order.holds.at(-1) : undefined;
  const { detail } = order;
  const key = `mar ${order.id}`;
  const head = (
    <div className="paper-head">
      <span className={order.state === 'active' ? '' : 'paper-struck'}>{orderLine(order, order.detail)}</span>{' '}
      {STATES[order.state]}
    </div>
  );
  const facts = [
    order.source.from === 'ehr' ? 'EHR order' : `ordered by ${order.signedBy ?? 'not known'}`,
    order.received && !order.received.signedBy
      ? `by voice from ${order.received.prescriber}, NOT SIGNED YET`
      : '',
    last ? `last given ${formatInstant(last.at, timeZone)} (${last.by})` : nothingGiven(order),
    hold
      ? `held since ${formatInstant(hold.from, timeZone)} by ${hold.by}: ${withoutUnsafeAbbreviations(hold.reason)}`
      : '',
    order.stoppedReason ?? '',
    ...(detail.limits ?? []).map((limit) => limitInWords(limit).toUpperCase()),
    detail.timeCritical ? 'time-critical' : '',
    detail.endAt === undefined ? '' : `until ${formatInstant(detail.endAt, timeZone)}`,
    instructionsInWords(order) ?? '',
  ].filter((part) => part !== '');
  return [
    { key: `${key} facts`, group: { key, head }, node: <p>{facts.join(' · ')}</p> },
    ...rowsOf(chart, order, timeZone).map(({ at, node }, index) => ({
      key: `${key} ${at} ${index}`,
      group: { key, head },
      node,
    })),
  ];
}

/** Doses and turns by time: what was charted stays, also where it was corrected. */
function rowsOf(chart: Chart, order: ChartOrder, timeZone: string) {
  const from = Date.parse(chart.now) - BACK_MS;
  const until = Date.parse(chart.now) + AHEAD_MS;
  const missing =
    order.state === 'stopped' ? `NOT CHARTED, ${endInWords(order, timeZone)}` : 'OVERDUE, nothing charted';
  const charted = order.administrations.map((dose) => ({
    at: dose.body.dueAt ?? dose.body.effectiveAt,
    node: <DoseRow dose={dose} order={order} chart={chart} timeZone={timeZone} />,
  }));
  const open = chart.dueDoses
    .filter(
      (dose) =>
        dose.order === order.id &&
        dose.administration === undefined &&
        Date.parse(dose.dueAt) >= from &&
        Date.parse(dose.dueAt) <= until,
    )
    .map((dose) => ({
      at: dose.dueAt,
      node: (
        <Row
          cells={[
            `due ${formatInstant(dose.dueAt, timeZone)}`,
            `${dose.state === 'overdue' || dose.state === 'not-charted' ? missing : dose.state}${dose.maybeGivenBefore ? `; ${MAYBE_IN_EHR}` : ''}`,
            'Given ____ : ____ by _________',
          ]}
        />
      ),
    }));
  // A longer list would hide today's on a tenth page; that there were more is never left out.
  const older = chart.dueDoses.filter(
    (dose) => dose.order === order.id && dose.administration === undefined && Date.parse(dose.dueAt) < from,
  );
  const before = older.slice(0, 1).map(({ dueAt }) => ({
    at: dueAt,
    node: (
      <Row
        cells={[
          `since ${formatInstant(dueAt, timeZone)}`,
          `${older.length} ${older.length === 1 ? 'dose' : 'doses'} due before the last 24 hours: ${missing}${older.some(({ maybeGivenBefore }) => maybeGivenBefore) ? `; ${MAYBE_IN_EHR}` : ''}`,
          '',
        ]}
      />
    ),
  }));
  const turns = (chart.infusions.find((infusion) => infusion.order === order.id)?.turns ?? []).map((turn) => {
    const { title, text } = describeEntry(turn.body);
    return {
      at: turn.body.effectiveAt,
      node: (
        <Row
          struck={!stands(turn)}
          cells={[formatInstant(turn.body.effectiveAt, timeZone), `${title}: ${text}`, turn.body.author.name]}
        />
      ),
    };
  });
  // Whoever goes on with paper has a line for what is given at no time of its own.
  const blank =
    order.state === 'active' && isDueAtNoTime(order)
      ? [{ at: '', node: <Row cells={['', '', 'Given ____ : ____ by _________']} /> }]
      : [];
  return [
    ...[...charted, ...before, ...open, ...turns].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    ...blank,
  ];
}

function DoseRow({
  dose,
  order: { detail },
  chart,
  timeZone,
}: {
  dose: Charted<ChartOrder['administrations'][number]['body']>;
  order: ChartOrder;
  chart: Chart;
  timeZone: string;
}) {
  const { body } = dose;
  const dueAtNoTime =
    detail.category === 'medication' && detail.schedule.type === 'as-needed'
      ? 'as needed'
      : 'at no fixed time';
  const signed = chart.signatures[dose.id] ?? [];
  return (
    <>
      <Row
        struck={!stands(dose)}
        cells={[
          body.dueAt === undefined ? dueAtNoTime : `due ${formatInstant(body.dueAt, timeZone)}`,
          `${body.givenInPart ? 'Given in part' : OUTCOMES[body.outcome]} ${formatInstant(body.effectiveAt, timeZone)}: ${describeDose(body).text}`,
          [
            body.author.name,
            ...signed.map(({ by }) => by),
            ...(stands(dose) && lacksSecondPerson(body, signed) ? ['SECOND SIGNATURE MISSING'] : []),
          ].join(', '),
        ]}
      />
      {(chart.afterDoses.said[dose.id] ?? []).map((after) => {
        const { title, text } = describeEntry(after.body);
        return (
          <Row
            key={after.id}
            struck={!stands(after)}
            cells={[
              formatInstant(after.body.effectiveAt, timeZone),
              `${title.toUpperCase()}: ${text}`,
              after.body.author.name,
            ]}
          />
        );
      })}
    </>
  );
}

/** One line of a paper: narrow, wide, narrow. */
export function Row({ cells, struck = false }: { cells: string[]; struck?: boolean }) {
  return (
    <div
      className={struck ? 'paper-row paper-struck' : 'paper-row'}
      style={{ gridTemplateColumns: '46mm 1fr 58mm' }}
    >
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other name than their place
        <span key={index}>{cell}</span>
      ))}
    </div>
  );
}

/** What runs, in one line each: for the packet's first page. */
export function runningInfusions(chart: Chart, timeZone: string): string[] {
  return chart.infusions
    .filter(({ state }) => state !== 'stopped')
    .map(
      ({ medication, rateMlPerHour, inMl, since, state }) =>
        `${medication}: ${state}${rateMlPerHour === undefined ? '' : ` at ${formatNumber(rateMlPerHour)} mL/hour`}, ${formatNumber(inMl)} mL in, since ${formatInstant(since, timeZone)}`,
    );
}

export const marPaper = (chart: Chart, timeZone: string): Paper => ({
  title: 'Medication record',
  chart,
  record: true,
  pieces: marPieces(chart, timeZone),
});
