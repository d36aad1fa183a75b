import { z } from 'zod';

/**
 * The identity of an entry, and its business identifier everywhere (EHR included): the log's 128 random bits
 * as lower-case hex, a hyphen, and the position in that log. It is a valid FHIR R4 resource id.
 */
export const EntryId = z.string().regex(/^[0-9a-f]{32}-[1-9][0-9]{0,9}$/, 'not an entry id');
export type EntryId = z.infer<typeof EntryId>;

/** 128 bits as lower-case hex: a patient, a log, a device, an order that came from the EHR. */
export const Hex128 = z.string().regex(/^[0-9a-f]{32}$/, 'not a 128-bit id');
export type Hex128 = z.infer<typeof Hex128>;

/** An order is named by the entry that made it, or by the 128-bit id derived from the EHR's order. */
export const OrderId = z.union([EntryId, Hex128]);
export type OrderId = z.infer<typeof OrderId>;

/** SHA-256 as lower-case hex. */
export const Hex256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');

/** By the clock on the wall: the zone stands beside it. */
export const HourOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time like 08:00 is needed');

/** A moment, UTC, to the millisecond or coarser. A missing time is an error, never "now" (FAILURES 32). */
export const Instant = z.iso.datetime({ error: 'a date with a time is needed' });
export type Instant = z.infer<typeof Instant>;

/** A calendar date, or only its year and month, or only its year, as FHIR R4 `date` allows. */
export const PartialDate = z
  .string()
  .regex(/^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/, 'a date like 1951-03-04 is needed');

export const Sex = z.enum(['female', 'male', 'other', 'unknown']);
export type Sex = z.infer<typeof Sex>;

/** What a person may do: `permissions.ts` says which kinds of entry each may write. */
export const Role = z.enum(['nurse', 'clinician', 'witness', 'records', 'administrator', 'read-only']);
export type Role = z.infer<typeof Role>;

/** Who says it. The name is kept with the entry, as it was when it was written. */
export const Author = z.object({ id: Hex128, name: z.string().min(1).max(200), role: Role });
export type Author = z.infer<typeof Author>;

/** A code as the EHR or the site's list has it; `text` is what people read. */
export const Coding = z.object({
  text: z.string().min(1).max(500),
  system: z.string().max(300).optional(),
  code: z.string().max(100).optional(),
});
export type Coding = z.infer<typeof Coding>;

export const Quantity = z.object({ value: z.number().finite(), unit: z.string().min(1).max(40) });
export type Quantity = z.infer<typeof Quantity>;

export const PersonName = z.object({
  family: z.string().max(200),
  given: z.string().max(200),
});
export type PersonName = z.infer<typeof PersonName>;

/** A number that names a patient: medical record number of the EHR, or temporary (downtime) number. */
export const PatientNumber = z.object({
  kind: z.enum(['MR', 'MRT']),
  value: z.string().min(1).max(100),
});
export type PatientNumber = z.infer<typeof PatientNumber>;

/** What a tablet of a ward may lack: the list that the EHR gives, or rows of it that are still being opened. */
export const TabletLacked = z.enum(['ehr-data', 'part-of-the-ward']);
export type TabletLacked = z.infer<typeof TabletLacked>;

/** Fields that every body has, whatever its kind. */
export const bodyBase = {
  author: Author,
  /** When it happened, as the author says. */
  effectiveAt: Instant,
  /** When it was written down, as the device's clock said. */
  recordedAt: Instant,
  /** The entry that this one replaces; absent for a first statement. */
  replaces: EntryId.optional(),
  /** Why it was replaced, stopped, held, rejected… in words. */
  reason: z.string().min(1).max(2000).optional(),
  /** What the tablet could not show yet when this was written (FAILURES 39); absent: it was complete. */
  tabletLacked: TabletLacked.optional(),
};

/** Free text that a person wrote; long enough for any note, bounded so that an entry stays small. */
export const NoteText = z.string().max(20_000);
