/**
 * The hours of the day that FHIR's timing codes mean on the ward, by the site's clock (medication.md, "Frequency to times"):
 * one table, for orders of the EHR and for those that are signed here.
 */
export const FREQUENCY_HOURS = {
  QD: ['09:00'],
  BID: ['09:00', '21:00'],
  TID: ['08:00', '14:00', '20:00'],
  QID: ['08:00', '12:00', '17:00', '21:00'],
  AM: ['09:00'],
  PM: ['17:00'],
  BED: ['22:00'],
} as const satisfies Record<string, readonly string[]>;
export type FrequencyCode = keyof typeof FREQUENCY_HOURS;
