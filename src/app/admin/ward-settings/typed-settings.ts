import type { DoseHours, FrequencyCode, WardSettings } from '../../../clinical/index.ts';
import { NewWardSettings } from '../../../wire/ward-settings.ts';

/** The form as it is typed: lists as text with commas, everything else as it is. */
export interface TypedSettings extends Pick<WardSettings, 'rules' | 'glucoseUnit' | 'alertsOff'> {
  timeCriticalDrugs: string;
  shifts: string;
  hours: Record<FrequencyCode, string>;
  meals: DoseHours['meals'];
  /** '': emptied, and not typed anew yet. */
  signWithinHours: number | '';
  secondPersonGroups: string[];
  secondPersonDrugs: string;
}

const written = (list: readonly string[]): string => list.join(', ');
/** Without what is empty. */
export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const asTyped = (settings: WardSettings): TypedSettings => ({
  rules: settings.rules,
  glucoseUnit: settings.glucoseUnit,
  alertsOff: settings.alertsOff,
  timeCriticalDrugs: written(settings.rules.timeCriticalDrugs),
  shifts: written(settings.fluidShifts),
  hours: Object.fromEntries(
    Object.entries(settings.doseHours.codes).map(([code, times]) => [code, written(times)]),
  ) as TypedSettings['hours'],
  meals: settings.doseHours.meals,
  signWithinHours: settings.signVoiceOrdersWithinHours,
  secondPersonGroups: settings.secondPerson.groups,
  secondPersonDrugs: written(settings.secondPerson.drugs),
});

/** What is typed, judged by the schema that the server judges by. */
export const readTyped = (typed: TypedSettings) =>
  NewWardSettings.safeParse({
    rules: { ...typed.rules, timeCriticalDrugs: listed(typed.timeCriticalDrugs) },
    fluidShifts: listed(typed.shifts),
    ...(typed.glucoseUnit === undefined ? {} : { glucoseUnit: typed.glucoseUnit }),
    doseHours: {
      codes: Object.fromEntries(Object.entries(typed.hours).map(([code, text]) => [code, listed(text)])),
      meals: typed.meals,
    },
    signVoiceOrdersWithinHours: typed.signWithinHours,
    secondPerson: { groups: typed.secondPersonGroups, drugs: listed(typed.secondPersonDrugs) },
    alertsOff: typed.alertsOff,
  });

/** What each section is handed. */
export interface SectionProps {
  typed: TypedSettings;
  onType: (changed: Partial<TypedSettings>) => void;
  /** What is wrong with a field, by its path in the schema; `undefined`: nothing. */
  problemOf: (...path: string[]) => string | undefined;
}

/** With a name added, or taken away. */
export const toggled = (names: readonly string[], name: string, on: boolean): string[] =>
  on ? [...names, name] : names.filter((other) => other !== name);
