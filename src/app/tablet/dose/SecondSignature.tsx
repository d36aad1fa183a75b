import {
  type BodyOf,
  type Chart,
  type Charted,
  leastAgeInYears,
  type OrderId,
  secondPersonFor,
} from '../../../clinical/index.ts';
import { SecondPersonStep } from './SecondPersonStep.tsx';

/** The second signature of a dose, or a turn of an infusion, that was saved without one. */
export function SecondSignature({
  chart,
  task: { order: id, entry },
  now,
  ...step
}: {
  chart: Chart;
  task: { order: OrderId; entry: Charted<BodyOf<'medication-administration' | 'infusion-charted'>> };
  self: string;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const order = chart.orders.find((candidate) => candidate.id === id);
  if (order?.detail.category !== 'medication')
    return <p role="alert">This order is not on the chart any more. Go back and look again.</p>;
  const { detail } = order;
  const { author: _author, recordedAt: _recordedAt, ...dose } = entry.body;
  return (
    <SecondPersonStep
      {...step}
      identity={chart.identity}
      order={order}
      detail={detail}
      needed={
        secondPersonFor(
          detail,
          leastAgeInYears(chart.identity.birthDate, now),
          chart.settings.secondPerson,
        ) ?? {
          as: entry.body.second?.as ?? 'second-check',
          why: 'it was charted so',
        }
      }
      dose={dose}
      charted={entry.id}
    />
  );
}
