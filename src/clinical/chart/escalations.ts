import type { BodyOf, EntryId } from '../entries/index.ts';
import { gcsInWords, gcsWorries, scoreGcs } from '../gcs.ts';
import { news2Response } from '../news2.ts';
import { type Asking, type ScoredSet, thatCount, totalInWords } from './asking.ts';
import { byTime, type Standings, standingEntries } from './standing.ts';
import type { Charted } from './types.ts';

/** What asks for somebody to be told, and what came of it. */
export interface Escalation {
  /** What its steps and its end name: the entry that asks, or the first step of a nurse's own worry. */
  about: EntryId;
  because: string;
  since: string;
  steps: Charted<BodyOf<'escalation-recorded'>>[];
  seen?: Charted<BodyOf<'escalation-seen'>>;
  /** `not-told`: nobody was told yet; `no-answer`: the next in line; `told`: somebody comes, or gave advice. */
  state: 'not-told' | 'no-answer' | 'told' | 'seen';
}

/** Whom nobody knows of comes first; the board has room for one. */
const URGENCY: readonly Escalation['state'][] = ['not-told', 'no-answer', 'told', 'seen'];

/** One result that counts, in words: what it is, a colon, what it asks for. */
interface Asked extends Asking {
  id: EntryId;
  because: string;
  since: string;
}

/** The most urgent first. `sets`: vital signs that count, in the order of their times; none for whom NEWS2 is not. */
export function escalations(found: Standings, sets: readonly (ScoredSet & Asking)[]): Escalation[] {
  const steps = standingEntries(found, 'escalation-recorded').sort(byTime);
  const seen = standingEntries(found, 'escalation-seen').sort(byTime);
  const asked = new Map<EntryId, Escalation>();
  const ask = ({ about, ...said }: Pick<Escalation, 'about' | 'because' | 'since'>): void => {
    const own = steps.filter(({ id, body }) => id === about || body.about === about);
    const came = seen.findLast(({ body }) => body.about === about);
    // Whoever tells somebody after the patient was seen asks again.
    const open = came
      ? own.filter(({ body }) => Date.parse(body.effectiveAt) > Date.parse(came.body.effectiveAt))
      : own;
    asked.set(about, {
      about,
      ...said,
      ...(came && open[0] ? { since: open[0].body.effectiveAt } : {}),
      steps: own,
      ...(came ? { seen: came } : {}),
      state:
        open.length === 0
          ? came
            ? 'seen'
            : 'not-told'
          : open.some(({ body }) => body.answer !== 'no-answer')
            ? 'told'
            : 'no-answer',
    });
  };
  for (const run of [sets.map(setInWords), ...screenRuns(found), gcsRun(found)]) {
    const newest = run.at(-1);
    if (newest && newest.level > 0 && !isKnownAlready(run, steps, seen))
      ask({ about: newest.id, because: newest.because, since: newest.since });
  }
  const acknowledged = new Set(standingEntries(found, 'result-acknowledged').map(({ body }) => body.result));
  // Asks until somebody who decides by it knows it.
  for (const result of standingEntries(found, 'result-received'))
    if (result.body.critical && !acknowledged.has(result.id))
      ask({
        about: result.id,
        because: `${[result.body.test, result.body.value, result.body.unit].filter(Boolean).join(' ')}: critical result`,
        since: result.body.effectiveAt,
      });
  // What nothing asks for any more, and worries: the later steps of a worry name its first.
  for (const { id, body } of steps) {
    const about = body.about ?? id;
    if (!asked.has(about)) ask({ about, because: body.because, since: body.effectiveAt });
  }
  return [...asked.values()].sort(
    (a, b) =>
      URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || Date.parse(b.since) - Date.parse(a.since),
  );
}

function setInWords({ id, body, news2, level, whole }: ScoredSet & Asking): Asked {
  return {
    id,
    level,
    whole,
    because: `NEWS2 ${totalInWords(news2)}: ${news2Response(news2).title}`,
    since: body.effectiveAt,
  };
}

/** The results of each screen by itself: a negative one ends what an earlier one of the same screen asked for. */
function screenRuns(found: Standings): Asked[][] {
  const answered = standingEntries(found, 'screen-recorded').sort(byTime);
  return [...Map.groupBy(answered, ({ body }) => body.screen.id).values()].map((run) =>
    thatCount(
      run.map(({ id, body }) => ({
        id,
        level: body.asks?.level ?? 0,
        // Of a checklist without a sum a "yes" says something already, whatever was not asked.
        whole: body.total !== undefined || (body.says !== undefined && body.asks === undefined),
        because: `${body.screen.title}${body.total === undefined ? '' : ` ${body.total}`}: ${body.asks?.words ?? ''}`,
        since: body.effectiveAt,
      })),
    ),
  );
}

/**
 * Coma scales that ask: of a fall, or of a new 12 or less. A fall is measured from the best since the last that asked,
 * so that one by single points is a fall too. It is over with one that asks for nobody beside the one before it all;
 * one in between says nothing new.
 */
function gcsRun(found: Standings): Asked[] {
  const run: Asked[] = [];
  let best: Assessed | undefined;
  let beforeAll: Assessed | undefined;
  for (const { id, body } of standingEntries(found, 'gcs-assessed').sort(byTime)) {
    const { total } = scoreGcs(body);
    if (total === null) continue;
    const now: Assessed = { body, total };
    const stands = (run.at(-1)?.level ?? 0) > 0;
    const result = { id, whole: true, since: body.effectiveAt };
    const asks = gcsWorries(body, best?.body);
    if (asks) {
      if (!stands) beforeAll = best;
      const { eyes, verbal, motor } = body;
      const why = best && best.total - total >= 2 ? `fell from ${best.total}` : '12 or less';
      run.push({
        ...result,
        level: 15 - total,
        because: `${gcsInWords({ eyes, verbal, motor })}: ${why}, tell the medical team now`,
      });
    } else if (stands && !gcsWorries(body, beforeAll?.body)) run.push({ ...result, level: 0, because: '' });
    if (asks || best === undefined || total > best.total) best = now;
  }
  return run;
}

/** A coma scale with nothing that could not be tested. */
interface Assessed {
  body: BodyOf<'gcs-assessed'>;
  total: number;
}

/**
 * Whether somebody was told within this run of results that ask, and of a level as high: who knows of a 7 need not be
 * told of the next 7, and is told of one that has risen. A whole result that asks for nobody ends the run.
 */
function isKnownAlready(
  run: readonly Asked[],
  steps: readonly Charted<BodyOf<'escalation-recorded'>>[],
  seen: readonly Charted<BodyOf<'escalation-seen'>>[],
): boolean {
  const newest = run.at(-1);
  if (!newest) return true;
  // What was said about this very result shows as its own escalation.
  if ([...steps, ...seen].some(({ body }) => body.about === newest.id)) return false;
  for (const { id, level } of run.toReversed().slice(1)) {
    if (level === 0) return false;
    const told = steps.some(({ body }) => body.about === id && body.answer !== 'no-answer');
    if (told && level >= newest.level) return true;
  }
  return false;
}
