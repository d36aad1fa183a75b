import { Button } from '@mantine/core';
import { type Chart, dayAndTime, formatAgo, formatInstant, tallMan } from '../../../clinical/index.ts';
import { Problem } from '../../Problem.tsx';
import { useSave } from '../forms/use-save.ts';
import type { Task } from '../patient/tasks.ts';

/** What given doses still ask for: effects to look at, patches to take off. And a clock that cannot be right. */
export function OpenAfterDoses({
  chart,
  now,
  timeZone,
  start,
  onDone,
}: {
  chart: Chart;
  now: string;
  timeZone: string;
  /** Absent: this person reads, and charts nothing. */
  start: ((task: Task) => void) | undefined;
  onDone: (message: string) => void;
}) {
  const { save, problem, busy } = useSave(timeZone);
  const { reassessments, patchesOn } = chart.afterDoses;
  return (
    <>
      {chart.recordedAfterNow !== undefined && (
        <p className="notice stop" role="alert">
          ▲ Something here was recorded at {formatInstant(chart.recordedAfterNow, timeZone)}, and this tablet
          says it is {formatInstant(now, timeZone)}: one of the clocks is wrong. All doses are shown, each
          with its own time; look at a watch before you give one.
        </p>
      )}
      <Problem>{problem}</Problem>
      {reassessments.map((item) => (
        <p key={item.administration} className="notice row between">
          <span className={item.dueAt < now ? 'alarm' : ''}>
            {item.dueAt < now ? '■ ' : '○ '}
            Effect of {tallMan(item.medication)}: look {dayAndTime(item.dueAt, now, timeZone)} (
            {formatAgo(item.dueAt, now)})
          </span>
          {start && (
            <Button
              aria-label={`Chart the effect of ${tallMan(item.medication)}`}
              onClick={() =>
                start({ do: 'reassess', administration: item.administration, dose: tallMan(item.medication) })
              }
            >
              Effect
            </Button>
          )}
        </p>
      ))}
      {patchesOn.map((patch) => (
        <p key={patch.administration} className="card row between">
          <span>
            Patch on: {tallMan(patch.medication)}
            {patch.site === undefined ? '' : `, ${patch.site}`}, since {formatInstant(patch.since, timeZone)}
          </span>
          {start && (
            <Button
              variant="default"
              loading={busy}
              aria-label={`Patch taken off: ${tallMan(patch.medication)}`}
              onClick={() =>
                void save(chart.identity.id, {
                  kind: 'patch-removed',
                  effectiveAt: new Date().toISOString(),
                  administration: patch.administration,
                }).then((message) => message && onDone(message))
              }
            >
              Taken off
            </Button>
          )}
        </p>
      ))}
    </>
  );
}
