import type { Alert } from './alerts.ts';
import type { Chart } from './chart/types.ts';
import type { WardSettings } from './ward-settings.ts';

/** Where an alert is asked: as an order is signed or resumed, as a dose or an infusion is given. */
type Asked = 'order' | 'dose';

interface AlertSwitch {
  /** What is not checked where it is off. */
  says: string;
  codes: readonly Alert['code'][];
  asked: readonly Asked[];
}

/**
 * The alerts that a ward may switch off (medication.md, "Alerts": few and right beats many): advice on what somebody is
 * about to do, from lists and limits that may be wrong for a ward.
 *
 * No switch, because it is no advice: what was given already, here or on another tablet (already charted, too soon, most
 * in 24 hours, another dose overdue, a patch that is on, last dose unknown); that an order was stopped, changed or held
 * elsewhere, forbids the drug or came incomplete; a value of the last hour outside the limits that the order itself sets, and more than it
 * says; whose wristband and which drug was scanned. Without them the record would let happen what it knows to be wrong.
 * Nor for an unusual glucose before insulin, nor for words that allergies could not be read: nothing else would say it.
 */
export const ALERT_SWITCHES: Record<string, AlertSwitch> = {
  allergy: {
    says: 'allergies to the same ingredient',
    codes: ['allergy'],
    asked: ['order', 'dose'],
  },
  'allergy-class': {
    says: 'allergies to a drug of the same class',
    codes: ['allergy-class'],
    asked: ['order', 'dose'],
  },
  'duplicate-order': {
    says: 'other orders with the same ingredient',
    codes: ['duplicate-order'],
    asked: ['order'],
  },
  interaction: { says: 'interactions', codes: ['interaction'], asked: ['order'] },
  'dose-range': {
    says: 'doses outside the formulary’s range',
    codes: ['dose-high', 'dose-low'],
    asked: ['order', 'dose'],
  },
  weight: {
    says: 'a weight that is missing or older than 7 days, where the dose goes by it',
    codes: ['weight-needed', 'weight-old'],
    asked: ['order', 'dose'],
  },
  renal: { says: 'doses by kidney function', codes: ['renal'], asked: ['order', 'dose'] },
  'limit-unknown': {
    says: 'orders with a limit, where the value was not measured in the last hour',
    codes: ['parameter-unknown'],
    asked: ['dose'],
  },
};

/** Those that the ward's switches leave: the one place where an alert is left out. */
export function askedHere({ settings }: Pick<Chart, 'settings'>, alerts: readonly Alert[]): Alert[] {
  const off = new Set(settings.alertsOff.flatMap((name) => ALERT_SWITCHES[name]?.codes ?? []));
  return alerts.filter(({ code }) => !off.has(code));
}

/**
 * What is switched off of all that would be asked there, in words, so that nobody takes silence for safety; `undefined`:
 * everything is on.
 */
export function notCheckedHere({ alertsOff }: WardSettings, asked: Asked): string | undefined {
  const off = Object.entries(ALERT_SWITCHES).flatMap(([name, one]) =>
    alertsOff.includes(name) && one.asked.includes(asked) ? [one.says] : [],
  );
  return off.length === 0 ? undefined : `Not checked on this ward: ${off.join('; ')}.`;
}
