import type { BodyOf } from '../entries/index.ts';
import { type News2Risk, news2Applies } from '../news2.ts';
import { isMeasured } from '../not-done.ts';
import { asking, type ScoredSet, thatCount, totalInWords } from './asking.ts';
import { type Escalation, escalations } from './escalations.ts';
import { lastLeft } from './leaving.ts';
import {
  byTime,
  entriesOfKind,
  firstStatement,
  type Standings,
  standingEntries,
  stands,
} from './standing.ts';
import type { Charted, ChartOrder } from './types.ts';

/** Somebody who took a patient and never gave her back has gone home: a shift, and time to hand over (project default). */
const TAKEN_FOR_MS = 13 * 3_600_000;

/** A handoff with everybody who has read it. */
interface Handoff {
  written: Charted<BodyOf<'handoff-written'>>;
  reads: Charted<BodyOf<'handoff-read'>>[];
}

export interface PhonedResult {
  received: Charted<BodyOf<'result-received'>>;
  acknowledged?: Charted<BodyOf<'result-acknowledged'>>;
}

/** A line, tube or drain with everything said of it, oldest first. */
export interface Device {
  first: Charted<BodyOf<'device-charted'>>;
  looks: Charted<BodyOf<'device-charted'>>[];
  removed?: Charted<BodyOf<'device-charted'>>;
}

/** When vital signs are due again, by the newest score that counts and by order. */
export interface ObservationsDue {
  dueAt: string;
  everyMinutes: number;
  why: string;
}

/** Who looks after the patient, what is handed on, what waits for an answer, what is in place. */
export interface Care {
  takenBy: { id: string; name: string; since: string }[];
  handoffs: Handoff[];
  escalations: Escalation[];
  results: PhonedResult[];
  devices: Device[];
  screens: Charted<BodyOf<'screen-recorded'>>[];
  pregnancy?: Charted<BodyOf<'pregnancy-recorded'>>;
  /** False for children, in pregnancy and shortly after: then no NEWS2 is shown, and none asks for anything. */
  news2Applies: boolean;
  /**
   * The set whose NEWS2 says how the patient is: the newest that is whole, or that asks for as much with what it has.
   * Newer ones may have newer values. Absent: NEWS2 is not for this patient, or was never taken whole.
   */
  scoredSet?: ScoredSet;
  observations?: ObservationsDue;
}

export function careOf(
  found: Standings,
  vitals: readonly ScoredSet[],
  orders: readonly ChartOrder[],
  birthDate: string | undefined,
  now: string,
): Care {
  const pregnancy = standingEntries(found, 'pregnancy-recorded').sort(byTime).at(-1);
  const pregnant =
    pregnancy?.body.status === 'pregnant' || pregnancy?.body.status === 'within-42-days-after-birth';
  const applies = news2Applies(birthDate, now) && !pregnant;
  // Refused as a whole is no measurement: what was due stays due.
  const sets = vitals.filter((set) => stands(set) && isMeasured(set)).sort(byTime);
  const all = applies ? sets.map(asking) : [];
  const counted = thatCount(all);
  const scoredSet = counted.at(-1);
  // Never taken whole: what was left out is not known since the first.
  const observations = observationsDue(sets.at(-1), scoredSet ?? all[0], orders);
  const reads = standingEntries(found, 'handoff-read');
  return {
    takenBy: takenBy(found, now),
    handoffs: entriesOfKind(found, 'handoff-written')
      .filter(stands)
      .sort((a, b) => byTime(b, a))
      .map((written) => ({ written, reads: reads.filter(({ body }) => body.handoff === written.id) })),
    escalations: escalations(found, counted),
    results: phonedResults(found),
    devices: devices(found),
    screens: entriesOfKind(found, 'screen-recorded').sort((a, b) => byTime(b, a)),
    ...(pregnancy ? { pregnancy } : {}),
    news2Applies: applies,
    ...(scoredSet ? { scoredSet } : {}),
    ...(observations ? { observations } : {}),
  };
}

/** Who has taken the patient on and not given them back; whoever did so before the patient left has them no longer. */
function takenBy(found: Standings, now: string): Care['takenBy'] {
  const left = lastLeft(found, now) ?? Number.NEGATIVE_INFINITY;
  const last = new Map<string, Charted<BodyOf<'patient-taken'>>>();
  for (const said of standingEntries(found, 'patient-taken').sort(byTime))
    last.set(said.body.author.id, said);
  return [...last.values()].flatMap(({ body }) =>
    body.action === 'taken' &&
    Date.parse(now) - Date.parse(body.effectiveAt) < TAKEN_FOR_MS &&
    Date.parse(body.effectiveAt) > left
      ? [{ id: body.author.id, name: body.author.name, since: body.effectiveAt }]
      : [],
  );
}

function phonedResults(found: Standings): PhonedResult[] {
  const acknowledged = standingEntries(found, 'result-acknowledged').sort(byTime);
  return entriesOfKind(found, 'result-received')
    .sort((a, b) => byTime(b, a))
    .map((received) => {
      const word = acknowledged.find(({ body }) => body.result === received.id);
      return { received, ...(word ? { acknowledged: word } : {}) };
    });
}

function devices(found: Standings): Device[] {
  const said = standingEntries(found, 'device-charted').sort(byTime);
  return said
    .filter(({ body }) => body.first === undefined)
    .map((first) => {
      const root = firstStatement(found.byId, first.id);
      const own = said.filter(
        ({ body }) => body.first !== undefined && firstStatement(found.byId, body.first) === root,
      );
      const removed = own.findLast(({ body }) => body.action === 'removed');
      return {
        first,
        looks: own.filter(({ body }) => body.action === 'checked'),
        ...(removed ? { removed } : {}),
      };
    });
}

/** NEWS2 Chart 4, at the latest that it allows; "continuous" counts as half an hour without anything charted (project rule). */
const EVERY: Record<News2Risk, number> = { low: 360, 'low-medium': 60, medium: 60, high: 30 };
const EVERY_AT_ZERO = 720;

/** `newest` has the newest values, for orders, which may ask for one of them; `scoredSet` says how often by NEWS2. */
function observationsDue(
  newest: Charted<BodyOf<'vital-signs'>> | undefined,
  scoredSet: ScoredSet | undefined,
  orders: readonly ChartOrder[],
): ObservationsDue | undefined {
  const asks: { from: string; minutes: number; why: string }[] = [];
  if (scoredSet) {
    const { body, news2 } = scoredSet;
    asks.push({
      from: body.effectiveAt,
      minutes: news2.total === 0 ? EVERY_AT_ZERO : EVERY[news2.risk],
      why: `NEWS2 ${totalInWords(news2)}`,
    });
  }
  for (const { detail, state, signedAt } of orders)
    if (
      state === 'active' &&
      detail.category === 'nursing' &&
      detail.observationsEveryMinutes !== undefined
    ) {
      const from = newest?.body.effectiveAt ?? signedAt;
      if (from !== undefined) asks.push({ from, minutes: detail.observationsEveryMinutes, why: 'by order' });
    }
  const [first] = asks
    .map(({ from, minutes, why }) => ({
      dueAt: new Date(Date.parse(from) + minutes * 60_000).toISOString(),
      everyMinutes: minutes,
      why,
    }))
    .sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
  return first;
}
