import {
  administrationWindow,
  asNeeded,
  type Chart,
  type ChartOrder,
  dayAndTime,
  describeDose,
  formatAgo,
  formatInstant,
  formatQuantity,
  formatTime,
  instructionsInWords,
  lastGiven,
  lastMeasured,
  limitInWords,
  type MedicationDetail,
  medicationLine,
  stands,
  VITAL_PARAMETERS,
  whyTimeCritical,
} from '../../../clinical/index.ts';

/** What is ordered, and what a nurse has to know of it before the dose: when it is due, what went before. */
export function DoseFacts({
  chart,
  order,
  detail,
  dueAt,
  now,
  timeZone,
}: {
  chart: Chart;
  order: ChartOrder;
  detail: MedicationDetail;
  dueAt: string | undefined;
  now: string;
  timeZone: string;
}) {
  const last = lastGiven(order);
  const critical = whyTimeCritical(detail, chart.medicationRules);
  return (
    <div className="card stack">
      <strong>{orderLine(order, detail)}</strong>
      <span>{dueAt ? windowInWords(chart, detail, dueAt, now, timeZone) : 'Not at a fixed time'}</span>
      {critical !== undefined && dueAt !== undefined && <span>▲ Time-critical: {critical}</span>}
      <span className="quiet">
        {last
          ? `Last given ${formatInstant(last.at, timeZone)} (${formatAgo(last.at, now)}), ${last.by === 'EHR' ? 'says the EHR' : `charted by ${last.by}`}`
          : nothingGiven(order)}
      </span>
      <AsNeededFacts chart={chart} order={order} now={now} timeZone={timeZone} />
      {detail.limits?.map((limit) => {
        const known = lastMeasured(chart, limit.parameter, now);
        const unit = VITAL_PARAMETERS.find(({ name }) => name === limit.parameter)!.unit;
        return (
          <span key={limit.parameter}>
            Order: {limitInWords(limit)} ·{' '}
            {known ? `last ${known.value} ${unit}, ${formatAgo(known.at, now)}` : 'none known here'}
          </span>
        );
      })}
      {/\bpain\b/i.test(
        `${detail.indication ?? ''} ${detail.schedule.type === 'as-needed' ? (detail.schedule.for ?? '') : ''}`,
      ) && <span>{painNow(chart, now)}</span>}
      {detail.instructions !== undefined && <span>{instructionsInWords(order)}</span>}
      {chartedFor(order, dueAt).map(({ id, body }) => (
        <span key={id} className="alarm">
          ▲ Charted already: {describeDose(body).title.toLowerCase()},{' '}
          {dayAndTime(body.effectiveAt, now, timeZone)} by {body.author.name}
        </span>
      ))}
    </div>
  );
}

/** The newest pain score: what a dose against pain is given by. */
function painNow(chart: Chart, now: string): string {
  for (const entry of chart.measurements)
    if (stands(entry) && entry.body.kind === 'pain-assessed')
      return `Pain ${entry.body.atRest} of 10 at rest${entry.body.onMovement === undefined ? '' : `, ${entry.body.onMovement} on movement`}, ${formatAgo(entry.body.effectiveAt, now)}`;
  return 'Pain was not assessed here yet';
}

/** An order of this downtime had no dose before it; of the EHR's nobody here knows. */
export const nothingGiven = (order: ChartOrder): string =>
  order.source.from === 'entry' && !order.incomplete.includes('order')
    ? 'No dose given on this order yet'
    : 'Last dose unknown: check with patient and paper';

/** The order in one line, with "not recorded" where it does not say. */
export function orderLine(order: ChartOrder, detail: MedicationDetail): string {
  return medicationLine({
    ...detail,
    ...(order.incomplete.includes('dose') ? { dose: undefined } : {}),
    ...(order.incomplete.includes('route') ? { route: undefined } : {}),
  });
}

function chartedFor(order: ChartOrder, dueAt: string | undefined) {
  return order.administrations.filter(
    (dose) =>
      stands(dose) &&
      dueAt !== undefined &&
      dose.body.dueAt !== undefined &&
      Date.parse(dose.body.dueAt) === Date.parse(dueAt),
  );
}

/** Of an order as needed: how much in 24 hours, and when the next may be given. */
export function AsNeededFacts({
  chart,
  order,
  now,
  timeZone,
}: {
  chart: Chart;
  order: ChartOrder;
  now: string;
  timeZone: string;
}) {
  const state = asNeeded(order, chart.snapshotAsOf, now);
  if (!state) return null;
  // What the EHR says in words alone is no limit that is computed with (orders-from-fhir).
  const words = instructionsInWords(order);
  const amount = state.amount ? `, ${formatQuantity(state.amount)} here` : '';
  return (
    <span>
      {state.doses} {state.doses === 1 ? 'dose' : 'doses'} in 24 hours{amount}
      {state.mostPerDay === undefined ? '' : `, at most ${state.mostPerDay}`}
      {state.includesEhr ? ', one of them known from the EHR' : ''}
      {state.unknownBefore === undefined
        ? ''
        : `. Before ${dayAndTime(state.unknownBefore, now, timeZone)} only the EHR's last dose is known`}
      {' · '}
      {state.nextAt === undefined
        ? words === undefined
          ? '● may be given now'
          : '▲ may be given by what is counted here'
        : `○ not before ${formatInstant(state.nextAt, timeZone)}`}
      {words !== undefined &&
        `; the order’s words may limit it too, and are not counted: read the limit yourself: “${words}”`}
    </span>
  );
}

/** Due when, and whether that is early, on time or overdue, in words. */
function windowInWords(
  chart: Chart,
  detail: MedicationDetail,
  dueAt: string,
  now: string,
  timeZone: string,
): string {
  const { early, late } = administrationWindow(detail, dueAt, chart.medicationRules);
  const state = now < early ? '○ not due yet' : now > late ? '■ overdue' : '● due now';
  return `Due ${formatInstant(dueAt, timeZone)} · ${state} · on time from ${formatTime(early, timeZone)} to ${formatTime(late, timeZone)}`;
}
