import { EHR_ALLERGIES_UNREAD } from './alerts.ts';
import { DEVICES } from './care-in-words.ts';
import { totalInWords } from './chart/asking.ts';
import { MAYBE_IN_EHR } from './chart/last-given.ts';
import { stands } from './chart/standing.ts';
import type { Chart, DueDose } from './chart/types.ts';
import { formatAge, formatAgo } from './dates.ts';
import { dayAndTime } from './day-and-time.ts';
import { endInWords, notGivenInWords, OUTCOMES } from './describe-dose.ts';
import { describeEntry } from './describe-entry.ts';
import { displayName, formatNumber, formatQuantity, sexInWords, tallMan } from './display.ts';
import type { BodyOf, IllnessSeverity } from './entries/index.ts';
import { type FluidTotals, fluidBalance, fluidDay, totalsInWords } from './fluid-balance.ts';
import { infusionFluids } from './infusion-fluids.ts';
import { news2Response } from './news2.ts';
import { isMeasured } from './not-done.ts';

type HandoffText = Pick<BodyOf<'handoff-written'>, 'sbar' | 'ipass'>;
/** Without the severity where nothing says it. */
export interface HandoffProposal {
  sbar: NonNullable<HandoffText['sbar']>;
  ipass: Omit<NonNullable<HandoffText['ipass']>, 'illnessSeverity'> & { illnessSeverity?: IllnessSeverity };
}

/** What the next nurse has to look at first: eight hours ahead. */
const SHIFT_MS = 8 * 3_600_000;
/** As long as the longest shift, behind (project rule). */
const TWELVE_HOURS_MS = 12 * 3_600_000;

const lines = (...texts: (string | undefined | false)[]): string =>
  texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '').join('\n');

/**
 * A handoff as the chart tells it, for the nurse to correct and add to. It claims nothing that was not charted, and says
 * where nothing was.
 */
export function handoffFromChart(chart: Chart, timeZone: string): HandoffProposal {
  const who = patientInWords(chart, timeZone);
  const now = stateInWords(chart, timeZone);
  const todo = toDo(chart, timeZone);
  const watch = toWatch(chart, timeZone);
  const illnessSeverity = severity(chart.care);
  return {
    sbar: {
      situation: lines(who, now),
      background: background(chart),
      assessment: assessment(chart, timeZone),
      recommendation: lines(todo, watch),
    },
    ipass: {
      ...(illnessSeverity ? { illnessSeverity } : {}),
      patientSummary: lines(who, background(chart), now, assessment(chart, timeZone)),
      actionList: todo || 'Nothing is due in the next eight hours.',
      situationAwareness: watch || 'Nothing charted that asks for a plan.',
    },
  };
}

/**
 * Nobody is called stable of whom somebody is still to be told, or who is still to be seen; and of whom no whole score
 * was charted the nurse alone can say it.
 */
function severity({ scoredSet, escalations }: Chart['care']): IllnessSeverity | undefined {
  const risk = scoredSet?.news2.risk;
  if (risk === 'high') return 'unstable';
  if ((risk !== undefined && risk !== 'low') || escalations.some(({ state }) => state !== 'seen'))
    return 'watcher';
  return risk && 'stable';
}

function patientInWords({ identity, allergies, orders, now }: Chart, timeZone: string): string {
  const allergic =
    allergies.status === 'known'
      ? `Allergies: ${allergies.list.map(({ substance }) => substance.text).join(', ')}.${allergies.ehrUnread ? ` ${EHR_ALLERGIES_UNREAD}.` : ''}`
      : {
          nilknown: 'No known allergies.',
          notasked: 'Allergies not recorded.',
          unavailable: 'Allergies could not be read.',
        }[allergies.status];
  const of = (category: string): string | undefined => {
    const said = orders.flatMap(({ detail, state }) =>
      state === 'active' && detail.category === category && detail.category !== 'medication'
        ? [detail.request.text]
        : [],
    );
    return said.length > 0 ? said.join('; ') : undefined;
  };
  const [code, isolation] = [of('code-status'), of('isolation')];
  return lines(
    `${displayName(identity.name)}, ${formatAge(identity.birthDate, now, timeZone)}, ${sexInWords(identity.sex).toLowerCase()}${identity.bed === undefined ? '' : `, bed ${identity.bed}`}. ${allergic}`,
    code !== undefined && `Code status: ${code}.`,
    isolation !== undefined && `Isolation: ${isolation}.`,
  );
}

const newestMeasured = (vitals: Chart['vitals']): Chart['vitals'][number] | undefined =>
  vitals.find((set) => stands(set) && isMeasured(set));

function stateInWords({ vitals, care, now }: Chart, timeZone: string): string {
  const say = (set: Chart['vitals'][number]): string =>
    `Vital signs ${dayAndTime(set.body.effectiveAt, now, timeZone)} (${formatAgo(set.body.effectiveAt, now)}): ${describeEntry(set.body, care.news2Applies).text}.`;
  const newest = newestMeasured(vitals);
  const last = vitals.find(stands);
  if (!last) return 'No vital signs charted in this downtime.';
  // What was refused since is said beside the newest values, not in their place.
  return [...(newest ? [newest] : []), ...(last === newest ? [] : [last])].map(say).join(' ');
}

const background = ({ problems, care, afterDoses }: Chart): string =>
  lines(
    problems.length > 0 ? `Problems: ${firstOf(problems, 10, ', ')}.` : 'Problems: not recorded.',
    devicesInWords(care.devices),
    ...afterDoses.patchesOn.map(
      ({ medication, site }) => `Patch on: ${tallMan(medication)}, ${site ?? 'site not recorded'}.`,
    ),
  );

function devicesInWords(devices: Chart['care']['devices']): string | undefined {
  const inPlace = devices.filter(({ removed }) => removed === undefined);
  if (inPlace.length === 0) return undefined;
  return `In place: ${inPlace.map(({ first: { body } }) => [DEVICES[body.device], body.site].filter(Boolean).join(', ')).join('; ')}.`;
}

function assessment(chart: Chart, timeZone: string): string {
  const { vitals, care, measurements, now } = chart;
  const { scoredSet } = care;
  const said = (kind: (typeof measurements)[number]['body']['kind']): string | undefined => {
    const found = measurements.find((entry) => stands(entry) && entry.body.kind === kind);
    if (!found) return undefined;
    const { title, text } = describeEntry(found.body);
    return `${title} ${dayAndTime(found.body.effectiveAt, now, timeZone)}: ${text}.`;
  };
  const fluids = [
    ...measurements.filter(stands).flatMap(({ body }) => (body.kind === 'fluid-recorded' ? [body] : [])),
    ...infusionFluids(chart.infusions, chart.now),
  ];
  const [today] = fluidBalance(fluids, fluidDay(timeZone, chart.settings.fluidShifts));
  const current = today && Date.parse(today.to) > Date.parse(now) ? today.totals : undefined;
  const screen = care.screens.find(stands);
  return (
    lines(
      scoredSet &&
        `NEWS2 ${totalInWords(scoredSet.news2)}${scoredSet.id === newestMeasured(vitals)?.id ? '' : ` at ${dayAndTime(scoredSet.body.effectiveAt, now, timeZone)}, newer values incomplete`}: ${news2Response(scoredSet.news2).title}.`,
      said('pain-assessed'),
      said('gcs-assessed'),
      said('glucose-measured'),
      current && `Fluids today: ${fluidsInWords(current)}.`,
      ...chart.infusions
        .filter(({ state }) => state !== 'stopped')
        .map(
          ({ medication, rateMlPerHour, state }) =>
            `${tallMan(medication)} ${state}${rateMlPerHour === undefined ? '' : `, RATE ${formatNumber(rateMlPerHour)} mL/hour`}.`,
        ),
      screen && `${screen.body.screen.title}: ${screen.body.says ?? screen.body.total ?? 'not complete'}.`,
    ) || 'Nothing further was charted.'
  );
}

/** What was not measured is said, never counted as 0. */
function fluidsInWords(totals: FluidTotals): string {
  const said = totalsInWords(totals);
  const notMeasured = said.notMeasured === '' ? '' : `; not measured: ${said.notMeasured}`;
  return `in ${said.in} mL, out ${said.out} mL, balance ${said.balance} mL${notMeasured}`;
}

/** The first of a list, and how many more there are: what is left out is said. */
const firstOf = (items: readonly string[], most: number, between: string): string =>
  `${items.slice(0, most).join(between)}${items.length > most ? `${between}and ${items.length - most} more` : ''}`;

const maybeGiven = ({ maybeGivenBefore }: DueDose): string => (maybeGivenBefore ? ` (${MAYBE_IN_EHR})` : '');

/** Drug and dose of each order of a drug. */
const drugsOf = ({ orders }: Chart): ReadonlyMap<string, string> =>
  new Map(
    orders.flatMap(({ id, detail, incomplete }) =>
      detail.category === 'medication'
        ? [
            [
              id,
              `${tallMan(detail.medication.text)}${incomplete.includes('dose') ? '' : ` ${formatQuantity(detail.dose)}`}`,
            ] as const,
          ]
        : [],
    ),
  );

/** Doses of the last twelve hours that were held, refused or missed, with why. */
function notGiven(chart: Chart, timeZone: string): string | undefined {
  const { now, dueDoses, orders } = chart;
  const since = Date.parse(now) - TWELVE_HOURS_MS;
  const names = drugsOf(chart);
  const charted = new Map(
    orders.flatMap(({ administrations }) => administrations.map(({ id, body }) => [id, body])),
  );
  const doses = dueDoses.flatMap(({ order, dueAt, state, administration }) => {
    const said = administration && charted.get(administration);
    if (!said || (state !== 'held' && state !== 'refused' && state !== 'missed')) return [];
    if (Date.parse(dueAt) < since) return [];
    const why = notGivenInWords(said);
    return [
      `${names.get(order) ?? ''} ${dayAndTime(dueAt, now, timeZone)} ${OUTCOMES[state].toLowerCase()}${why === undefined ? '' : ` (${why})`}`,
    ];
  });
  return doses.length === 0 ? undefined : `Not given: ${firstOf(doses, 12, '; ')}.`;
}

function toDo(chart: Chart, timeZone: string): string {
  const { now } = chart;
  const until = Date.parse(now) + SHIFT_MS;
  const names = drugsOf(chart);
  const doses = chart.dueDoses.filter(
    (dose) => dose.administration === undefined && Date.parse(dose.dueAt) < until && dose.state !== 'given',
  );
  // Somebody charted that nobody knows: it was answered, and is still to be found out.
  const unknown = chart.dueDoses.filter(({ state }) => state === 'unknown');
  const overdue = doses.filter(({ state }) => state === 'overdue');
  const notCharted = doses.filter(({ state }) => state === 'not-charted');
  const coming = doses.filter(({ state }) => state === 'coming' || state === 'due');
  const { observations } = chart.care;
  const fresh = chart.orders.filter(
    ({ source, state, signedAt, acknowledgedBy }) =>
      source.from === 'entry' && state === 'active' && signedAt !== undefined && acknowledgedBy === undefined,
  );
  return lines(
    observations && `Vital signs by ${dayAndTime(observations.dueAt, now, timeZone)} (${observations.why}).`,
    overdue.length > 0 &&
      `Overdue: ${firstOf(
        overdue.map(
          (dose) =>
            `${names.get(dose.order) ?? ''} ${dayAndTime(dose.dueAt, now, timeZone)}${maybeGiven(dose)}`,
        ),
        12,
        '; ',
      )}.`,
    unknown.length > 0 &&
      `Find out whether given: ${firstOf(
        unknown.map(({ order, dueAt }) => `${names.get(order) ?? ''} ${dayAndTime(dueAt, now, timeZone)}`),
        12,
        '; ',
      )}.`,
    notCharted.length > 0 &&
      `Not charted before the order ended: ${firstOf(
        notCharted.map((dose) => {
          const { order, dueAt } = dose;
          const ended = chart.orders.find(({ id }) => id === order);
          return `${names.get(order) ?? ''} ${dayAndTime(dueAt, now, timeZone)}${maybeGiven(dose)}${ended ? ` (${endInWords(ended, timeZone)})` : ''}`;
        }),
        12,
        '; ',
      )}.`,
    coming.length > 0 &&
      `Due: ${firstOf(
        coming.map(
          (dose) =>
            `${dayAndTime(dose.dueAt, now, timeZone)} ${names.get(dose.order) ?? ''}${maybeGiven(dose)}`,
        ),
        12,
        '; ',
      )}.`,
    ...chart.afterDoses.reassessments.map(
      ({ medication, dueAt }) => `Effect of ${tallMan(medication)} by ${dayAndTime(dueAt, now, timeZone)}.`,
    ),
    fresh.length > 0 && `${fresh.length} new ${fresh.length === 1 ? 'order' : 'orders'} not noted yet.`,
  );
}

function toWatch(chart: Chart, timeZone: string): string {
  return lines(
    notGiven(chart, timeZone),
    ...chart.care.escalations
      .filter(({ state }) => state !== 'seen')
      .map(
        ({ because, state, steps }) =>
          `${because}: ${state === 'not-told' ? 'nobody told yet' : state === 'no-answer' ? 'no answer yet' : `told ${steps.at(-1)?.body.told ?? ''}, not seen yet`}.`,
      ),
    ...chart.orders.flatMap(({ detail, state, holds }) =>
      state === 'on-hold' && detail.category === 'medication'
        ? [`On hold: ${tallMan(detail.medication.text)} (${holds.at(-1)?.reason ?? ''}).`]
        : [],
    ),
    ...chart.conflicts.map(({ message }) => `To settle: ${message}`),
  );
}

/** What somebody charted within the last hours belongs to the shift that she is in (project rule). */
const THIS_SHIFT_MS = 6 * 3_600_000;

/** What others charted since the reader's last shift here, newest first. `since`: absent where she was never here. */
export function changedSince(chart: Chart, reader: string): { since?: string; entries: Chart['history'] } {
  const own = chart.history.filter(
    ({ body }) =>
      body?.author.id === reader && Date.parse(chart.now) - Date.parse(body.recordedAt) > THIS_SHIFT_MS,
  );
  const since = own
    .map(({ body }) => body?.recordedAt ?? '')
    .sort()
    .at(-1);
  return {
    ...(since === undefined ? {} : { since }),
    entries: chart.history
      .filter(
        ({ body }) =>
          body !== null && body.author.id !== reader && (since === undefined || body.recordedAt > since),
      )
      .toReversed(),
  };
}
