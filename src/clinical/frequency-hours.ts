import { z } from 'zod';
import { HourOfDay } from './entries/common.ts';

/** So many times, each later in the day than the one before: how many is what the code means, when is the ward's. */
const hours = (count: number) =>
  z
    .array(HourOfDay)
    .length(count, count === 1 ? 'one time is needed' : `${count} times are needed`)
    .refine((times) => times.every((time, index) => index === 0 || time > times[index - 1]!), {
      error: 'times are written in the order of the day',
    });

/** The hours of the day that FHIR's timing codes mean on a ward, by the site's clock, and those of its meals. */
export const DoseHours = z.object({
  codes: z.object({
    QD: hours(1),
    BID: hours(2),
    TID: hours(3),
    QID: hours(4),
    AM: hours(1),
    PM: hours(1),
    BED: hours(1),
  }),
  meals: z
    .object({ breakfast: HourOfDay, lunch: HourOfDay, dinner: HourOfDay })
    .refine(({ breakfast, lunch, dinner }) => breakfast < lunch && lunch < dinner, {
      error: 'breakfast, lunch and dinner follow each other',
    }),
});
export type DoseHours = z.infer<typeof DoseHours>;
export type FrequencyCode = keyof DoseHours['codes'];

/** Where a ward has set none: medication.md, "Frequency to times". HL7 leaves the hours to the institution. */
export const DEFAULT_DOSE_HOURS: DoseHours = {
  codes: {
    QD: ['09:00'],
    BID: ['09:00', '21:00'],
    TID: ['08:00', '14:00', '20:00'],
    QID: ['08:00', '12:00', '17:00', '21:00'],
    AM: ['09:00'],
    PM: ['17:00'],
    BED: ['22:00'],
  },
  meals: { breakfast: '08:00', lunch: '12:00', dinner: '18:00' },
};

/** By which clock a ward's orders are timed: its zone, and what codes and meals mean there. */
export interface WardClock {
  timeZone: string;
  hours: DoseHours;
}
