import { z } from 'zod';
import { EntryId, Hex128, PatientNumber, PersonName, Role, Sex, WardBody } from '../clinical/index.ts';

/** What the records workbench and the administration pages say to the server: JSON over HTTPS, same origin, cookie session. */

/** Every refusal by the server has this shape; `message` is ready to show. */
export const Refusal = z.object({ error: z.object({ kind: z.string(), message: z.string() }) });
export type Refusal = z.infer<typeof Refusal>;

/** GET /api/public: what anyone may see before signing in. */
export const PublicInfo = z.object({
  siteName: z.string(),
  /** `false`: there is no hospital on this server yet; administration begins with its setup. */
  opened: z.boolean(),
  demo: z.boolean(),
  /** Demo only: the staff with their PINs, so that a newcomer can play the story. */
  demoStaff: z.array(z.object({ name: z.string(), role: Role, pin: z.string() })).default([]),
  wards: z.array(z.object({ id: z.string(), name: z.string() })),
  timeZone: z.string(),
  /** The hospital has a sign-in of its own (OpenID Connect). */
  openId: z.boolean().default(false),
});
export type PublicInfo = z.infer<typeof PublicInfo>;

/** POST /api/admin/enrolment-codes {ward}: administrator only. Single use, expiring. */
export const EnrolmentCodeRequest = z.object({
  ward: z.string().min(1).max(64),
  /** The administrator's word that the tablet's disk is encrypted with a key in its hardware. */
  hardwareEncrypted: z.boolean().default(false),
});
export const EnrolmentCode = z.object({
  code: z.string(),
  expiresAt: z.string(),
  ward: z.string(),
  url: z.string(),
});
export type EnrolmentCode = z.infer<typeof EnrolmentCode>;

/** GET /api/admin/devices, readiness board. */
const DeviceRow = z.object({
  id: Hex128,
  name: z.string(),
  ward: z.string(),
  enrolledAt: z.string(),
  lastSeenAt: z.string().nullable(),
  entries: z.number(),
  snapshotAsOf: z.string().nullable(),
  /** Entries of a second history of its logs: it was cloned or restored from a backup. */
  secondHistory: z.number(),
  revoked: z.object({ at: z.string(), reason: z.string() }).nullable(),
  /** `doneAt`: when its own proof says that it forgot everything. */
  wipe: z.object({ orderedAt: z.string(), reason: z.string(), doneAt: z.string().nullable() }).nullable(),
});
export const DeviceList = z.object({ devices: z.array(DeviceRow) });

/** GET /api/admin/census: state of the import. POST /api/admin/census/refresh. */
export const CensusState = z.object({
  ehr: z.enum(['reachable', 'unreachable', 'not-configured']),
  wards: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      patients: z.number(),
      asOf: z.string().nullable(),
      warnings: z.number(),
      problem: z.string().nullable(),
      /** After how long without a touch its tablets lock. */
      idleLockSeconds: z.number(),
    }),
  ),
});
export type CensusState = z.infer<typeof CensusState>;

/** POST /api/demo/ehr {up}: demo only. GET answers the same shape. */
export const DemoEhr = z.object({ up: z.boolean() });

/** GET /api/workbench/worklist. Counts are of entries. */
export const Worklist = z.object({
  wards: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      counts: z.object({
        toReview: z.number(),
        approved: z.number(),
        posting: z.number(),
        unknown: z.number(),
        posted: z.number(),
        refused: z.number(),
        rejected: z.number(),
      }),
      patients: z.array(
        z.object({
          id: Hex128,
          name: PersonName,
          birthDate: z.string().optional(),
          sex: Sex,
          numbers: z.array(PatientNumber),
          bed: z.string().optional(),
          identity: z.enum(['ehr', 'downtime-unmatched', 'downtime-linked', 'downtime-new']),
          toReview: z.number(),
          unposted: z.number(),
          problems: z.number(),
        }),
      ),
    }),
  ),
  quarantined: z.number(),
});
export type Worklist = z.infer<typeof Worklist>;

/** GET /api/workbench/patients/:id/candidates — ranked, best first, with the reasons for the score. */
export const Candidate = z.object({
  ehrPatient: z.string(),
  name: PersonName,
  birthDate: z.string().optional(),
  sex: Sex,
  numbers: z.array(PatientNumber),
  /** Fellegi–Sunter match weight (log2 of the likelihood ratio) and the probability that it implies. */
  weight: z.number(),
  probability: z.number(),
  /** Same family name and date of birth, another given name. */
  mayBeTwin: z.boolean(),
  reasons: z.array(
    z.object({
      field: z.string(),
      downtime: z.string(),
      ehr: z.string(),
      verdict: z.enum(['agrees', 'close', 'differs', 'missing']),
      weight: z.number(),
    }),
  ),
});
export type Candidate = z.infer<typeof Candidate>;
export const Candidates = z.object({ candidates: z.array(Candidate) });

/** POST /api/workbench/patients/:id/link {ehrPatient} · {confirmedNew: true} · DELETE to unlink. */
export const LinkRequest = z.union([
  z.object({ ehrPatient: z.string().min(1).max(64) }),
  z.object({ confirmedNew: z.literal(true) }),
]);

/** State of one entry on its way into the EHR. */
export const PostingState = z.enum([
  'not-for-the-ehr',
  'to-review',
  'rejected',
  'waiting-for-match',
  'approved',
  'posting',
  'unknown',
  'posted',
  'refused',
  /** Written on a revoked tablet or by somebody who had left: it waits until a person vouches for it. */
  'held',
]);
export type PostingState = z.infer<typeof PostingState>;

/** GET /api/workbench/patients/:id — a patient's entries beside what the EHR holds. */
export const ReviewPatient = z.object({
  patient: Worklist.shape.wards.element.shape.patients.element,
  ward: z.string(),
  link: z
    .union([z.object({ ehrPatient: z.string() }), z.object({ confirmedNew: z.literal(true) })])
    .nullable(),
  entries: z.array(
    z.object({
      id: EntryId,
      body: WardBody.nullable(),
      standing: z.enum(['current', 'replaced', 'entered-in-error', 'concurrent']),
      device: z.string(),
      receivedAt: z.string(),
      state: PostingState,
      stateReason: z.string().optional(),
      resources: z.array(z.object({ type: z.string(), id: z.string() })),
      /** What the EHR holds that may be the same thing, in words. */
      inEhr: z.array(z.object({ what: z.string(), when: z.string().optional(), sameAs: z.boolean() })),
    }),
  ),
  /** The EHR could not be asked just now: its side is missing, not empty. */
  ehrProblem: z.string().nullable(),
});
export type ReviewPatient = z.infer<typeof ReviewPatient>;

/** POST /api/workbench/decisions — one answer per entry. */
export const Decision = z.object({
  entry: EntryId,
  decision: z.enum(['approved', 'rejected', 'corrected', 'vouched']),
  reason: z.string().min(1).max(2000).optional(),
  /** For `corrected`: the body as it should be (same kind); the server makes it an entry that replaces the old one. */
  corrected: z.record(z.string(), z.unknown()).optional(),
});
export type Decision = z.infer<typeof Decision>;
export const Decisions = z.object({ decisions: z.array(Decision).min(1).max(500) });
export type Decisions = z.infer<typeof Decisions>;
export const DecisionResults = z.object({
  results: z.array(z.object({ entry: EntryId, ok: z.boolean(), message: z.string().optional() })),
});

/** POST /api/workbench/push {ward?}: start posting all that is approved. GET: progress. */
export const PushState = z.object({
  running: z.boolean(),
  approved: z.number(),
  posted: z.number(),
  unknown: z.number(),
  refused: z.number(),
  problem: z.string().nullable(),
  /** The server was restored from a backup then; posting waits for a person. */
  restoredAt: z.iso.datetime().optional(),
});
export type PushState = z.infer<typeof PushState>;

/** What can still be open when an outage is to be closed. */
export const OpenKind = z.enum([
  'entries',
  'unknown',
  'by-hand',
  'unmatched',
  'quarantine',
  'silent',
  'missing',
  'leaving',
]);
export type OpenKind = z.infer<typeof OpenKind>;

const OPEN_IN_WORDS: Readonly<Record<OpenKind, [one: string, many: string]>> = {
  entries: ['entry neither in the EHR nor rejected', 'entries neither in the EHR nor rejected'],
  unknown: [
    'entry of which the EHR has not said whether it has it',
    'entries of which the EHR has not said whether it has them',
  ],
  'by-hand': [
    'entry in the EHR of which something is left to do there by hand',
    'entries in the EHR of which something is left to do there by hand',
  ],
  unmatched: ['patient without a match in the EHR', 'patients without a match in the EHR'],
  quarantine: ['entry in quarantine', 'entries in quarantine'],
  silent: ['tablet not in contact within the last hour', 'tablets not in contact within the last hour'],
  missing: ['entry that a tablet holds and has not sent', 'entries that tablets hold and have not sent'],
  leaving: [
    'patient of whom the EHR does not say that they are on this ward',
    'patients of whom the EHR does not say that they are on this ward',
  ],
};

/** What is open, with its count. */
export const openInWords = ({ kind, count }: { kind: OpenKind; count: number }): string =>
  `${count} ${OPEN_IN_WORDS[kind][count === 1 ? 0 : 1]}`;

/** GET /api/workbench/closing: what stands in the way of closing each ward's outage, and what came of the last closing. */
export const ClosingState = z.object({
  wards: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      open: z.array(z.object({ kind: OpenKind, count: z.number(), what: z.array(z.string()) })),
      /** Entries that a closing now would cover, and that none covers yet. */
      toCover: z.number(),
      last: z.object({ at: z.string(), by: z.string(), said: z.array(z.string()) }).nullable(),
      tablets: z.array(
        z.object({
          id: Hex128,
          name: z.string(),
          lastSeenAt: z.string().nullable(),
          /** Its own word, since the last closing; `null`: none yet. */
          purged: z.object({ at: z.string(), what: z.string() }).nullable(),
        }),
      ),
    }),
  ),
});
export type ClosingState = z.infer<typeof ClosingState>;

/** POST /api/workbench/wards/:ward/close: for each thing that is open, why it may stay so. */
export const CloseRequest = z.object({
  reasons: z.partialRecord(OpenKind, z.string().trim().min(1).max(400)),
});

/** GET /api/workbench/quarantine */
export const QuarantineList = z.object({
  items: z.array(
    z.object({
      id: z.number(),
      device: z.string().nullable(),
      reason: z.string(),
      receivedAt: z.string(),
      bytes: z.number(),
    }),
  ),
});

/** POST /api/workbench/quarantine/retry */
export const QuarantineRetry = z.object({ released: z.number(), waiting: z.number() });

/** GET /api/tablets/:device: what the server knows of a tablet whose browser has cleared its storage. */
export const TabletWitness = z.object({ name: z.string(), entries: z.number() });
export type TabletWitness = z.infer<typeof TabletWitness>;

/** A cookie that the server sets and the page reads: the only thing that outlives a cleared IndexedDB. */
export const WITNESS_COOKIE = 'lamplight-tablet';
const WitnessValue = z.object({ device: Hex128, entries: z.coerce.number().int().min(0) });

export const witnessValue = (device: string, entries: number): string => `${device}.${entries}`;

/** Reads the witness out of `document.cookie`; `undefined` where no tablet was. */
export function readWitness(cookies: string): z.infer<typeof WitnessValue> | undefined {
  const value = cookies
    .split('; ')
    .find((cookie) => cookie.startsWith(`${WITNESS_COOKIE}=`))
    ?.slice(WITNESS_COOKIE.length + 1);
  const [device, entries] = value?.split('.') ?? [];
  const parsed = WitnessValue.safeParse({ device, entries });
  return parsed.success ? parsed.data : undefined;
}
