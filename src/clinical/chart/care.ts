import type { BodyOf, EntryId, WardBody } from '../entries/index.ts';
import { type News2Risk, news2Applies, news2Response, scoreNews2 } from '../news2.ts';
import { byClock, entriesOfKind, type Standings, standingEntries, stands } from './standing.ts';
import type { Charted, ChartOrder } from './types.ts';

/** Somebody who took a patient and never gave her back has gone home: a shift, and time to hand over (project default). */
const TAKEN_FOR_MS = 13 * 3_600_000;

/** A handoff with everybody who has read it. */
interface Handoff {
  written: Charted<BodyOf<'handoff-written'>>;
  reads: Charted<BodyOf<'handoff-read'>>[];
}

/** What asks for somebody to be told, and what came of it. */
export interface Escalation {
  /** The entry that asks; absent: a nurse's own worry, whose first step stands for it. */
  about?: EntryId;
  because: string;
  since: string;
  steps: Charted<BodyOf<'escalation-recorded'>>[];
  seen?: Charted<BodyOf<'escalation-seen'>>;
  /** `not-told`: nobody was told yet; `no-answer`: the next in line; `told`: somebody comes, or gave advice. */
  state: 'not-told' | 'no-answer' | 'told' | 'seen';
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

/** When vital signs are due again, by the newest score and by order. */
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
  observations?: ObservationsDue;
}

const byTime = (a: Charted<WardBody>, b: Charted<WardBody>): number =>
  Date.parse(a.body.effectiveAt) - Date.parse(b.body.effectiveAt) || byClock(a, b);

export function careOf(
  found: Standings,
  orders: readonly ChartOrder[],
  birthDate: string | undefined,
  now: string,
): Care {
  const pregnancy = standingEntries(found, 'pregnancy-recorded').sort(byTime).at(-1);
  const pregnant =
    pregnancy?.body.status === 'pregnant' || pregnancy?.body.status === 'within-42-days-after-birth';
  const applies = news2Applies(birthDate, now) && !pregnant;
  const sets = standingEntries(found, 'vital-signs').sort(byTime);
  const observations = observationsDue(sets, orders, applies);
  const reads = standingEntries(found, 'handoff-read');
  return {
    takenBy: takenBy(found, now),
    handoffs: entriesOfKind(found, 'handoff-written')
      .filter(stands)
      .sort((a, b) => byTime(b, a))
      .map((written) => ({ written, reads: reads.filter(({ body }) => body.handoff === written.id) })),
    escalations: escalations(found, sets, applies),
    results: phonedResults(found),
    devices: devices(found),
    screens: entriesOfKind(found, 'screen-recorded').sort((a, b) => byTime(b, a)),
    ...(pregnancy ? { pregnancy } : {}),
    news2Applies: applies,
    ...(observations ? { observations } : {}),
  };
}

function takenBy(found: Standings, now: string): Care['takenBy'] {
  const last = new Map<string, Charted<BodyOf<'patient-taken'>>>();
  for (const said of standingEntries(found, 'patient-taken').sort(byTime))
    last.set(said.body.author.id, said);
  return [...last.values()].flatMap(({ body }) =>
    body.action === 'taken' && Date.parse(now) - Date.parse(body.effectiveAt) < TAKEN_FOR_MS
      ? [{ id: body.author.id, name: body.author.name, since: body.effectiveAt }]
      : [],
  );
}

/** From which score on somebody is told (Chart 4): a single 3, or 5 and more. */
const RANK: Record<News2Risk, number> = { low: 0, 'low-medium': 1, medium: 2, high: 3 };

function escalations(
  found: Standings,
  sets: readonly Charted<BodyOf<'vital-signs'>>[],
  applies: boolean,
): Escalation[] {
  const steps = standingEntries(found, 'escalation-recorded').sort(byTime);
  const seen = standingEntries(found, 'escalation-seen').sort(byTime);
  const asked = new Map<string, Escalation>();
  const ask = (key: string, escalation: Omit<Escalation, 'steps' | 'state'>): void => {
    const own = steps.filter(({ id, body }) => (body.about ?? id) === key || id === key);
    const came = seen.findLast(({ body }) => body.about === key);
    asked.set(key, {
      ...escalation,
      steps: own,
      ...(came ? { seen: came } : {}),
      state: came
        ? 'seen'
        : own.length === 0
          ? 'not-told'
          : own.some(({ body }) => body.answer !== 'no-answer')
            ? 'told'
            : 'no-answer',
    });
  };
  if (applies) {
    const newest = sets.at(-1);
    const score = newest && scoreNews2(newest.body.values);
    if (newest && score && RANK[score.risk] > 0 && !isKnownAlready(sets, steps, seen))
      ask(newest.id, {
        about: newest.id,
        because: `NEWS2 ${score.total ?? `at least ${score.partial}`}: ${news2Response(score).title}`,
        since: newest.body.effectiveAt,
      });
  }
  const acknowledged = new Set(standingEntries(found, 'result-acknowledged').map(({ body }) => body.result));
  // Asks until somebody who decides by it knows it.
  for (const result of standingEntries(found, 'result-received'))
    if (result.body.critical && !acknowledged.has(result.id))
      ask(result.id, {
        about: result.id,
        because: `Critical: ${result.body.test} ${result.body.value} ${result.body.unit ?? ''}`.trim(),
        since: result.body.effectiveAt,
      });
  for (const step of steps) {
    const key = step.body.about ?? step.id;
    if (!asked.has(key))
      ask(key, {
        // The later steps of a worry name its first.
        ...(step.body.about === undefined || found.byId.get(step.body.about)?.body.kind === step.body.kind
          ? {}
          : { about: step.body.about }),
        because: step.body.because,
        since: step.body.effectiveAt,
      });
  }
  return [...asked.values()].sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
}

/**
 * Whether somebody was told within this run of scores that ask, and of a risk as high: who knows of a 7 need not be told
 * of the next 7, and is told of one that has risen. A score that went back to low ends the run.
 */
function isKnownAlready(
  sets: readonly Charted<BodyOf<'vital-signs'>>[],
  steps: readonly Charted<BodyOf<'escalation-recorded'>>[],
  seen: readonly Charted<BodyOf<'escalation-seen'>>[],
): boolean {
  const risk = (set: Charted<BodyOf<'vital-signs'>>): number => RANK[scoreNews2(set.body.values).risk];
  const newest = sets.at(-1);
  if (!newest) return true;
  // What was said about this very set shows as its own escalation.
  if ([...steps, ...seen].some(({ body }) => body.about === newest.id)) return false;
  for (const set of sets.toReversed().slice(1)) {
    if (risk(set) === 0) return false;
    const told = steps.some(({ body }) => body.about === set.id && body.answer !== 'no-answer');
    if (told && risk(set) >= risk(newest)) return true;
  }
  return false;
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
      const own = said.filter(({ body }) => body.first === first.id || body.first === first.body.replaces);
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

function observationsDue(
  sets: readonly Charted<BodyOf<'vital-signs'>>[],
  orders: readonly ChartOrder[],
  applies: boolean,
): ObservationsDue | undefined {
  const newest = sets.at(-1);
  const asks: { from: string; minutes: number; why: string }[] = [];
  if (newest && applies) {
    const score = scoreNews2(newest.body.values);
    const minutes = score.risk === 'low' && score.partial === 0 ? EVERY_AT_ZERO : EVERY[score.risk];
    asks.push({
      from: newest.body.effectiveAt,
      minutes,
      why: `NEWS2 ${score.total ?? `at least ${score.partial}`}`,
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
