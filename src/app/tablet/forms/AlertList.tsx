import { Button, Checkbox, TextInput } from '@mantine/core';
import { type Alert, type Chart, notCheckedHere } from '../../../clinical/index.ts';

/** Reasons by alert. Two allergies are two alerts of one code: each has its own reason. */
export type OverrideReasons = Record<string, string>;

/** Not a path of the form library: messages hold dots. */
const keyOf = (alert: Alert): string => `${alert.code} ${alert.message}`;

const needsAnswer = ({ severity }: Alert): boolean => severity !== 'inform';

/** True while an alert that needs a reason has none. */
export function isUnanswered(alerts: readonly Alert[], reasons: OverrideReasons): boolean {
  return alerts.some((alert) => needsAnswer(alert) && !reasons[keyOf(alert)]?.trim());
}

/** The alerts that were charted over, as the entry keeps them. */
export function overridesOf(
  alerts: readonly Alert[],
  reasons: OverrideReasons,
): { alert: string; message: string; reason: string }[] {
  return alerts.flatMap((alert) => {
    const reason = reasons[keyOf(alert)]?.trim();
    return needsAnswer(alert) && reason ? [{ alert: alert.code, message: alert.message, reason }] : [];
  });
}

/** The usual reasons, in one tap each; any other is typed. */
const USUAL: Partial<Record<Alert['code'], readonly string[]>> = {
  early: ['Patient leaves the ward', 'Prescriber asked for it', 'Together with the other doses'],
  'already-charted': ['The first entry is wrong', 'A further dose was ordered'],
  'also-overdue': ['The other was not given', 'Prescriber asked for both'],
  'parameter-outside': ['Prescriber knows'],
  'parameter-unknown': ['Cannot be measured now'],
  allergy: ['Tolerated before', 'Prescriber knows'],
  'allergy-class': ['Tolerated before', 'Prescriber knows'],
  'duplicate-order': ['Both are meant'],
  'scan-other-drug': ['Substituted by pharmacy', 'Prescriber knows'],
  'scan-expired': ['No other package here'],
};

/** One quiet line where the ward has switched something off: that nothing is shown is no word that all is well. */
export function NotChecked({
  chart: { settings },
  asked,
}: {
  chart: Pick<Chart, 'settings'>;
  asked: Parameters<typeof notCheckedHere>[1];
}) {
  const said = notCheckedHere(settings, asked);
  return said === undefined ? null : <p className="quiet">{said}</p>;
}

/**
 * What speaks against it. One that says "stop and think" asks for a reason, which is kept; one that says "confirm" for a
 * tick.
 */
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
    const answer = (text: string): void => onChange({ ...reasons, [key]: text });
    if (alert.severity === 'inform')
      return (
        <div key={key} className="notice">
          {alert.message}
        </div>
      );
    if (alert.severity === 'confirm')
      return (
        <div key={key} className="notice">
          {alert.message}
          <Checkbox
            mt={6}
            size="md"
            label={alert.confirm}
            checked={(reasons[key] ?? '') !== ''}
            onChange={(event) => answer(event.currentTarget.checked ? (alert.confirm ?? '') : '')}
          />
        </div>
      );
    return (
      <div key={key} className="notice stop" role="alert">
        <strong>▲ Stop and think: </strong>
        {alert.message}
        <div className="choices" style={{ marginTop: 6 }}>
          {(USUAL[alert.code] ?? []).map((usual) => (
            <Button
              key={usual}
              variant={reasons[key] === usual ? 'filled' : 'default'}
              aria-pressed={reasons[key] === usual}
              onClick={() => answer(usual)}
            >
              {usual}
            </Button>
          ))}
        </div>
        <TextInput
          mt={6}
          label={label}
          value={reasons[key] ?? ''}
          onChange={(event) => answer(event.currentTarget.value)}
        />
      </div>
    );
  });
}
