import { TextInput } from '@mantine/core';
import type { Alert } from '../../../clinical/index.ts';

/** Reasons by alert. Two allergies are two alerts of one code: each has its own reason. */
export type OverrideReasons = Record<string, string>;

/** Not a path of the form library: messages hold dots. */
const keyOf = (alert: Alert): string => `${alert.code} ${alert.message}`;

/** True while an alert that needs a reason has none. */
export function isUnanswered(alerts: readonly Alert[], reasons: OverrideReasons): boolean {
  return alerts.some((alert) => alert.severity === 'stop-and-think' && !reasons[keyOf(alert)]?.trim());
}

/** The alerts that were charted over, as the entry keeps them. */
export function overridesOf(
  alerts: readonly Alert[],
  reasons: OverrideReasons,
): { alert: string; message: string; reason: string }[] {
  return alerts.flatMap((alert) => {
    const reason = reasons[keyOf(alert)]?.trim();
    return alert.severity === 'stop-and-think' && reason
      ? [{ alert: alert.code, message: alert.message, reason }]
      : [];
  });
}

/** What speaks against it. One that says "stop and think" asks for a reason, which is kept. */
export function AlertList({
  alerts,
  reasons,
  label,
  onChange,
}: {
  alerts: readonly Alert[];
  reasons: OverrideReasons;
  label: string;
  onChange: (reasons: OverrideReasons) => void;
}) {
  return alerts.map((alert) => {
    const key = keyOf(alert);
    return alert.severity === 'stop-and-think' ? (
      <div key={key} className="notice stop" role="alert">
        <strong>▲ Stop and think: </strong>
        {alert.message}
        <TextInput
          mt={6}
          label={label}
          value={reasons[key] ?? ''}
          onChange={(event) => onChange({ ...reasons, [key]: event.currentTarget.value })}
        />
      </div>
    ) : (
      <div key={key} className="notice">
        {alert.message}
      </div>
    );
  });
}
