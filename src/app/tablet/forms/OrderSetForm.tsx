import { Checkbox, Select } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import {
  type Alert,
  type Chart,
  type Draft,
  medicationLine,
  type OrderDetail,
  orderAlerts,
  serviceLine,
} from '../../../clinical/index.ts';
import { SecretInput } from '../SecretInput.tsx';
import { useBrought } from '../use-site-data.ts';
import { AlertList, isUnanswered, NotChecked, type OverrideReasons, overridesOf } from './AlertList.tsx';
import { FormFrame } from './FormFrame.tsx';
import { fromSet, toOrderDetail } from './order-fields.ts';
import { useKept } from './use-kept.ts';
import { useSave } from './use-save.ts';

interface Line {
  /** Place and content: a set that the hospital publishes anew meanwhile has other lines. */
  key: string;
  /** Absent: the set asks for something that this form does not know. */
  detail: OrderDetail | undefined;
  what: string;
  chosen: boolean;
  alerts: Alert[];
}

/** A hospital's order set: each order is looked at, chosen or left, and those chosen are signed together. */
export function OrderSetForm({
  chart,
  timeZone,
  now,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const { orderSets, ...knowledge } = useBrought();
  const [chosenSet, setChosenSet] = useKept(
    'set',
    z.string().optional(),
    orderSets.length === 1 ? orderSets[0]?.id : undefined,
  );
  const set = orderSets.find(({ id }) => id === chosenSet);
  const [left, setLeft] = useKept<Record<string, boolean>>('left', z.record(z.string(), z.boolean()), {});
  /** By line: what is right about one drug says nothing about another. */
  const [reasons, setReasons] = useState<Record<string, OverrideReasons>>({});
  const [pin, setPin] = useState('');
  // Kept too: what is signed must not be signed a second time.
  const [signedOrders, setSignedOrders] = useKept<Record<string, string>>(
    'signedOrders',
    z.record(z.string(), z.string()),
    {},
  );
  // Signed a moment ago, the chart may not say so yet; of what it knows as stopped, the set can be signed anew.
  const signed = Object.keys(signedOrders).filter((key) => {
    const order = chart.orders.find(({ id }) => id === signedOrders[key]);
    return !order || order.state === 'active' || order.state === 'on-hold';
  });
  const [startAt] = useState(now);
  const saving = useSave(timeZone);
  const ward = { timeZone, hours: chart.settings.doseHours };
  const lines: Line[] = [];
  for (const [place, item] of (set?.orders ?? []).entries()) {
    const key = `${place} ${JSON.stringify(item)}`;
    const detail = toOrderDetail(fromSet(item), ward, startAt);
    const chosen = detail !== undefined && (left[key] ?? item.chosen !== false);
    const together = lines.flatMap((line) => (line.chosen && line.detail ? [line.detail] : []));
    lines.push({
      key,
      detail,
      what: item.what,
      chosen,
      // What is signed is on the chart: it would be a duplicate of itself.
      alerts: chosen && !signed.includes(key) ? orderAlerts(chart, detail, knowledge, { together }) : [],
    });
  }
  const toSign = lines.filter(({ key, chosen }) => chosen && !signed.includes(key));
  const ready =
    toSign.length > 0 &&
    toSign.every(({ key, alerts }) => !isUnanswered(alerts, reasons[key] ?? {})) &&
    pin.length >= 4;

  async function sign(): Promise<void> {
    let done = { ...signedOrders };
    let message: string | undefined;
    for (const { key, detail, alerts } of toSign) {
      if (!detail) continue;
      const draft: Draft = {
        kind: 'order-signed',
        effectiveAt: new Date().toISOString(),
        detail,
        overrides: overridesOf(alerts, reasons[key] ?? {}),
      };
      const saved = await saving.append(chart.identity.id, draft, {
        pin,
        keepsDraft: key !== toSign.at(-1)?.key,
      });
      message = saved?.message;
      // What is signed stays signed; the rest is still here, with what went wrong.
      if (!saved) break;
      done = { ...done, [key]: saved.id };
      setSignedOrders(done);
    }
    setPin('');
    if (message) onDone(`${message}: ${Object.keys(done).length} orders of “${set?.title}”`);
  }

  return (
    <FormFrame
      title="Order set"
      submit={`Sign ${toSign.length} ${toSign.length === 1 ? 'order' : 'orders'}`}
      busy={saving.busy}
      problem={saving.problem}
      disabled={!ready}
      onSubmit={() => void sign()}
      onCancel={onCancel}
    >
      <Select
        label="Which set"
        placeholder="Choose"
        maw={480}
        data={orderSets.map(({ id, title }) => ({ value: id, label: title }))}
        value={set?.id ?? null}
        onChange={(id) => {
          setChosenSet(id ?? undefined);
          setLeft({});
          setReasons({});
          setSignedOrders({});
        }}
      />
      {set?.source && <p className="quiet">{set.source}</p>}
      {lines.map(({ key, detail, what, chosen, alerts }) => (
        <div key={key} className="card stack">
          <Checkbox
            size="md"
            label={
              detail === undefined
                ? `${what}: not whole in the set, order it by hand`
                : detail.category === 'medication'
                  ? medicationLine(detail)
                  : serviceLine(detail)
            }
            checked={chosen}
            disabled={detail === undefined || signed.includes(key)}
            onChange={(event) => setLeft({ ...left, [key]: event.currentTarget.checked })}
          />
          <AlertList
            alerts={alerts}
            reasons={reasons[key] ?? {}}
            label={`Reason to order ${what} all the same`}
            onChange={(next) => setReasons({ ...reasons, [key]: next })}
          />
        </div>
      ))}
      {set && <NotChecked chart={chart} asked="order" />}
      {set && (
        <SecretInput
          description="Your signature"
          maw={240}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
      )}
    </FormFrame>
  );
}
