import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import {
  type Chart,
  type ChartOrder,
  medicationLine,
  resumeAlerts,
  serviceLine,
  whyNotGoing,
} from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';
import { CREDENTIALS, SecretInput } from '../SecretInput.tsx';
import { useBrought } from '../use-site-data.ts';
import { AlertList, isUnanswered, NotChecked, type OverrideReasons, overridesOf } from './AlertList.tsx';
import { FormFrame } from './FormFrame.tsx';
import { shownAs } from './shown-as.ts';
import { useKept } from './use-kept.ts';
import { UNANSWERED, useSave } from './use-save.ts';

export type OrderChange = 'hold' | 'resume' | 'co-sign';

const WORDS: Record<OrderChange, { title: string; submit: string; asks?: string }> = {
  hold: { title: 'Hold order', submit: 'Sign hold', asks: 'Why is it held?' },
  resume: { title: 'Resume order', submit: 'Sign resume' },
  'co-sign': { title: 'Sign an order given by voice', submit: 'Sign order' },
};

/** Holds or resumes an order, or signs one that a nurse wrote down: each with the prescriber's own PIN. */
export function ChangeOrderForm({
  chart,
  order,
  change,
  self,
  timeZone,
  onDone,
  onCancel,
}: {
  chart: Chart;
  order: ChartOrder;
  change: OrderChange;
  self: string;
  timeZone: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const { vault } = useLamp();
  const saving = useSave(timeZone);
  const [reason, setReason] = useKept('reason', z.string(), '');
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [reasons, setReasons] = useState<OverrideReasons>({});
  const words = WORDS[change];
  const patient = chart.identity.id;
  const { orderSets: _, ...knowledge } = useBrought();
  // News that came while it was filled in. A voice's order is signed whatever became of it.
  const over =
    change === 'co-sign' ? undefined : whyNotGoing(chart.orders.find(({ id }) => id === order.id) ?? order);
  // Since it was held, the drug may have been ordered anew, or an allergy have come to light.
  const alerts = change === 'resume' && over === undefined ? resumeAlerts(chart, order, knowledge) : [];

  async function sign(): Promise<string | undefined> {
    if (change !== 'co-sign')
      return saving.save(
        patient,
        {
          effectiveAt: new Date().toISOString(),
          order: order.id,
          ...(change === 'hold'
            ? { kind: 'order-held', reason: reason.trim() }
            : { kind: 'order-resumed', overrides: overridesOf(alerts, reasons) }),
        },
        pin,
      );
    const result = await vault
      .witness({ patient, entry: order.id, as: 'co-signer', staff: self, pin })
      .catch(() => UNANSWERED);
    if (result.ok) return 'Order signed';
    setProblem(result.error.message);
    return undefined;
  }

  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const message = await sign();
    setBusy(false);
    setPin('');
    if (message) onDone(message);
  };
  return (
    <FormFrame
      title={words.title}
      submit={words.submit}
      busy={busy || saving.busy}
      problem={saving.problem ?? problem}
      disabled={
        over !== undefined ||
        (change === 'hold' && reason.trim() === '') ||
        isUnanswered(alerts, reasons) ||
        pin.length < CREDENTIALS.pin.shortest
      }
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      {over !== undefined && (
        <p role="alert" className="notice stop">
          ▲ This order {over}: there is nothing to {change} any more. Nothing is saved. Go back, and look at
          the orders.
        </p>
      )}
      <p className="card">
        <strong>
          {order.detail.category === 'medication' ? medicationLine(order.detail) : serviceLine(order.detail)}
        </strong>
        {order.received && (
          <>
            <br />
            Given by {order.received.prescriber}, by {order.received.by}; written by {order.signedBy}
          </>
        )}
      </p>
      <AlertList
        alerts={alerts}
        reasons={reasons}
        label="Reason to resume it all the same"
        onChange={setReasons}
      />
      {change === 'resume' && order.detail.category === 'medication' && (
        <NotChecked chart={chart} asked="order" />
      )}
      {words.asks !== undefined && (
        <TextInput
          label={words.asks}
          description={shownAs(reason)}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <SecretInput
        description="Your signature"
        maw={240}
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
    </FormFrame>
  );
}
