import { type ReactNode, useState } from 'react';
import type { Chart, ChartOrder, MedicationDetail, SecondPersonNeeded } from '../../../clinical/index.ts';
import { useSave } from '../forms/use-save.ts';
import { type Prepared, SecondPersonStep } from './SecondPersonStep.tsx';

export interface DoseSaving {
  busy: boolean;
  problem: string | undefined;
  /** What the button says when a second person comes next. */
  next: string | undefined;
  /** Saves, or goes on to the second person. */
  submit(): Promise<void>;
  /** The second person's step, while it is that one's turn. */
  step: ReactNode | undefined;
}

/** How a dose, or a turn of an infusion, goes into the chart: at once, or with the signature of a second person. */
export function useDoseSaving({
  chart,
  order,
  detail,
  needed,
  dose,
  ready,
  self,
  timeZone,
  onDone,
}: {
  chart: Chart;
  order: ChartOrder;
  detail: MedicationDetail;
  needed: SecondPersonNeeded | undefined;
  dose: Prepared;
  /** Nothing speaks against saving it as it stands. */
  ready: boolean;
  self: string;
  timeZone: string;
  onDone: (message: string) => void;
}): DoseSaving {
  const { busy, problem, save } = useSave(timeZone);
  /** As it was asked for: once the entry is saved, the chart may not ask for two any more, and yet it wants its signature. */
  const [second, setSecond] = useState<SecondPersonNeeded>();
  return {
    busy,
    problem,
    next: needed && (needed.as === 'witness' ? 'Next: witness' : 'Next: second check'),
    async submit() {
      if (needed) return setSecond(needed);
      const message = await save(chart.identity.id, dose);
      if (message) onDone(message);
    },
    step: second && (
      <SecondPersonStep
        identity={chart.identity}
        order={order}
        detail={detail}
        needed={second}
        dose={dose}
        ready={ready}
        self={self}
        timeZone={timeZone}
        onDone={onDone}
        onCancel={() => setSecond(undefined)}
      />
    ),
  };
}
