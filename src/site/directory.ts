import { z } from 'zod';
import { Hex128, Instant } from '../clinical/index.ts';
import { HubEnrolled } from './hub.ts';

/**
 * The directory: signed by the site, sealed for nobody. No names of people. By it a tablet, or a hub without keys,
 * knows whom to believe.
 */

export const DIRECTORY_SCOPE = 'directory';
export const ROSTER_SCOPE = 'roster';
export const wardScope = (ward: string): string => `ward:${ward}`;

const Recipient = z.string().startsWith('age1').max(200);
const Key = z.string().max(100);

const SiteOpened = z.object({
  kind: z.literal('site-opened'),
  recordedAt: Instant,
  name: z.string().max(200),
  timeZone: z.string().max(60),
  demo: z.boolean(),
  siteRecipient: Recipient,
  recoveryRecipient: Recipient,
  rosterRecipient: Recipient,
});

/** A ward and one generation of its identity; the private half is sealed to site and recovery. */
export const WardOpened = z.object({
  kind: z.literal('ward-opened'),
  recordedAt: Instant,
  ward: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: z.string().min(1).max(100),
  /** FHIR Location that its beds are part of. */
  ehrLocation: z.string().max(64).optional(),
  generation: z.number().int().min(1),
  recipient: Recipient,
  sealedIdentity: z.string(),
});
export type WardOpened = z.infer<typeof WardOpened>;

export const DeviceEnrolled = z.object({
  kind: z.literal('device-enrolled'),
  recordedAt: Instant,
  device: Hex128,
  name: z.string().min(1).max(100),
  signingKey: Key,
  recipient: Recipient,
  wards: z.array(z.string()).min(1).max(100),
  /** The tablet's range of downtime numbers, its own alone. */
  downtimeRange: z.string().regex(/^[A-HJ-NP-Z0-9]{2,4}$/),
  /** The roster identity as an age file for this device, base64. */
  sealedRosterIdentity: z.string(),
  /** The administrator confirmed a hardware-bound disk key; without it PIN alone is for demos. */
  hardwareEncrypted: z.boolean(),
});
export type DeviceEnrolled = z.infer<typeof DeviceEnrolled>;

/**
 * A form of the hospital's own, or its newer version, which takes the place of the one with its id. Forms name no
 * patient, so they may stand where nothing is sealed, and reach every tablet with the directory.
 */
export const FormPublished = z.object({
  kind: z.literal('form-published'),
  recordedAt: Instant,
  form: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  title: z.string().min(1).max(300),
  /** FHIR R4 Questionnaire as JSON, as the hospital wrote it; absent: the form is no longer offered. */
  questionnaire: z.string().max(180_000).optional(),
  by: z.string().max(200),
});
export type FormPublished = z.infer<typeof FormPublished>;

export const DirectoryBody = z.discriminatedUnion('kind', [
  SiteOpened,
  WardOpened,
  DeviceEnrolled,
  HubEnrolled,
  FormPublished,
]);
export type DirectoryBody = z.infer<typeof DirectoryBody>;

/** What the directory says now. */
export interface Directory {
  site?: z.infer<typeof SiteOpened>;
  wards: Map<string, WardOpened>;
  devices: Map<string, DeviceEnrolled>;
  hubs: Map<string, HubEnrolled>;
  /** The newest word on each form, also that it is no longer offered. */
  forms: Map<string, FormPublished>;
}

export function foldDirectory(bodies: Iterable<DirectoryBody>): Directory {
  const directory: Directory = { wards: new Map(), devices: new Map(), hubs: new Map(), forms: new Map() };
  for (const body of bodies) {
    switch (body.kind) {
      case 'site-opened':
        directory.site = body;
        break;
      case 'ward-opened': {
        const known = directory.wards.get(body.ward);
        if (!known || known.generation <= body.generation) directory.wards.set(body.ward, body);
        break;
      }
      case 'device-enrolled':
        directory.devices.set(body.device, body);
        break;
      case 'hub-enrolled':
        directory.hubs.set(body.hub, body);
        break;
      case 'form-published': {
        // The site's logs come in no order of their own; the site's clock is one.
        const known = directory.forms.get(body.form);
        if (!known || known.recordedAt <= body.recordedAt) directory.forms.set(body.form, body);
        break;
      }
    }
  }
  return directory;
}
