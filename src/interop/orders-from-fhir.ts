import { Temporal } from 'temporal-polyfill';
import type { z } from 'zod';
import { describeSchedule, formatQuantity } from '../clinical/display.ts';
import type { Coding, Quantity, Schedule } from '../clinical/entries/index.ts';
import { DEFAULT_DOSE_HOURS, type DoseHours, type WardClock } from '../clinical/frequency-hours.ts';
import { type SnapshotBan, SnapshotOrder } from '../clinical/snapshot.ts';
import { cutAtWord } from './cut-at-word.ts';
import {
  type Dosage,
  MEDICATION_ADMINISTRATION,
  MEDICATION_REQUEST,
  readLeniently,
  textOf,
  toCoding,
  toInstant,
} from './fhir-shapes.ts';
import { inWords, mostPerDay, scheduleOf, unitOf } from './schedule-from-fhir.ts';
import { timingInWords } from './timing-in-words.ts';
import { timingLeft } from './timing-left.ts';

export interface OrderOptions {
  orderId: (ehrId: string) => string;
  timeZone: string;
  /** What codes and meals mean on the patient's ward; absent: the defaults. */
  hours?: DoseHours | undefined;
}
type Warn = (message: string) => void;
type Request = z.infer<z.ZodObject<typeof MEDICATION_REQUEST>>;

const ORDERED = new Set(['order', 'original-order', 'reflex-order', 'filler-order', 'instance-order']);

/** Active medication orders, and drugs that are ordered not to be given. What the EHR does not say of one is absent, with a warning; nothing is invented. */
export function ordersFromFhir(
  requests: readonly unknown[],
  administrations: readonly unknown[],
  options: OrderOptions,
  warn: Warn,
): { orders: SnapshotOrder[]; notToGive: SnapshotBan[] } {
  const notToGive: SnapshotBan[] = [];
  const lastGiven = lastGivenByRequest(administrations, warn);
  const orders = readLeniently(MEDICATION_REQUEST, requests, 'A medication order', warn).flatMap(
    (request) => {
      // A server may ignore the search's `status`; a plan or a ban must never look like an order to give.
      if (request.status !== undefined && request.status !== 'active') return [];
      if (request.intent !== undefined && !ORDERED.has(request.intent)) return [];
      const medication = medicationOf(request);
      if (request.doNotPerform) {
        warn(`The EHR has an order NOT to give ${medication.text}.`);
        notToGive.push(banOf(request, medication));
        return [];
      }
      const candidate = {
        ...orderOf(request, medication, options, warn),
        lastGivenAt: lastGiven.get(request.id),
      };
      const parsed = SnapshotOrder.safeParse(candidate);
      if (parsed.success) return [parsed.data];
      const bare = SnapshotOrder.safeParse({
        id: candidate.id,
        ehrId: candidate.ehrId,
        medication,
        schedule: {
          type: 'as-written',
          text: 'This order of the EHR could not be read in full: look it up on paper',
        },
      });
      warn(`The EHR's order of ${medication.text} could not be read in full.`);
      return bare.success ? [bare.data] : [];
    },
  );
  return { orders, notToGive };
}

/** Why not, and what it is bound to ("not while the creatinine is above 2"), in the EHR's words. */
function banOf(request: Request, medication: Coding): SnapshotBan {
  const reason = [
    ...(request.reasonCode ?? []).map(textOf),
    ...(request.dosageInstruction ?? []).flatMap(({ text, patientInstruction }) => [
      text,
      patientInstruction,
    ]),
    ...(request.note ?? []).map(({ text }) => text),
  ]
    .filter((part) => part)
    .join('; ');
  return { medication, ...(reason === '' ? {} : { reason: cutAtWord(reason, 300) }) };
}

function orderOf(
  request: Request,
  medication: Coding,
  { orderId, timeZone, hours = DEFAULT_DOSE_HOURS }: OrderOptions,
  warn: Warn,
) {
  const clock: WardClock = { timeZone, hours };
  const dosages = request.dosageInstruction ?? [];
  const single = dosages.length === 1 ? dosages[0] : undefined;
  const dose = single && doseOf(single);
  if (dosages.length > 1) warn(`The EHR's order of ${medication.text} has several dosages: read them all.`);
  else if (!dose) warn(`The EHR does not say the dose of ${medication.text} with its unit.`);
  const said = textOf(single?.route);
  const route = said && cutAtWord(said, 60);
  const bounds = single?.timing?.repeat?.boundsPeriod;
  const startAt =
    toInstant(single?.timing?.event?.[0]) ?? toInstant(bounds?.start) ?? toInstant(request.authoredOn);
  const endAt = endOf(single, startAt, timeZone);
  const indication = textOf(request.reasonCode?.[0]);
  const dosesInWords = dosages.map((dosage) => wholeDosage(dosage, clock)).join('; then or also: ');
  const schedule =
    dosages.length > 1
      ? { type: 'as-written' as const, text: cutAtWord(dosesInWords, 500) }
      : scheduleOf(single, request.priority, clock, dose);
  const instructions = [
    ...new Set([
      ...(said !== route ? [`Route in the EHR: ${said}`] : []),
      ...dosages.flatMap((dosage) => wordsLeft(dosage, schedule, request.priority, clock)),
      ...dosages.flatMap((dosage) => instructionsOf(dosage, schedule.type === 'continuous')),
      ...dosages.flatMap((dosage) => mostInWords(dosage, schedule, dose)),
      ...(request.note ?? []).flatMap(({ text }) => text ?? []),
    ]),
  ].join('; ');
  if (instructions.length > 1000 || (dosages.length > 1 && dosesInWords.length > 500))
    warn(`The EHR's order of ${medication.text} says more than fits here: read the EHR or the paper order.`);
  return {
    id: orderId(request.id),
    ehrId: request.id,
    medication,
    schedule,
    ...(dose ? { dose } : {}),
    ...(route ? { route } : {}),
    ...(startAt ? { startAt } : {}),
    ...(endAt ? { endAt } : {}),
    ...(indication ? { indication: cutAtWord(indication, 300) } : {}),
    ...(instructions ? { instructions: cutAtWord(instructions, 1000) } : {}),
  };
}

function medicationOf(request: Request): Coding {
  const reference = request.medicationReference;
  const contained = request.contained?.find((item) => reference?.reference === `#${item.id}`);
  return (
    toCoding(request.medicationCodeableConcept) ??
    toCoding(contained?.code) ??
    toCoding({ text: reference?.display }) ?? { text: 'Medication not named in the EHR' }
  );
}

function doseOf(dosage: Dosage): Quantity | undefined {
  const quantity = dosage.doseAndRate?.length === 1 ? dosage.doseAndRate[0]?.doseQuantity : undefined;
  const unit = quantity && unitOf(quantity);
  return quantity?.value !== undefined && quantity.comparator === undefined && unit
    ? { value: quantity.value, unit: unit.slice(0, 40) }
    : undefined;
}

/** The dosage's own words, and its timing, where the schedule does not say them. */
function wordsLeft(
  dosage: Dosage,
  schedule: Schedule,
  priority: string | undefined,
  clock: WardClock,
): string[] {
  const { text } = dosage;
  // Of several dosages each was told by a schedule of its own.
  const own = schedule.type === 'as-written' ? scheduleOf(dosage, priority, clock, doseOf(dosage)) : schedule;
  const shown = schedule.type === 'as-written' ? schedule.text : '';
  const timing = timingLeft(dosage, own, clock.timeZone);
  return [
    ...(text && !shown.includes(text) ? [text] : []),
    ...(timing && !shown.includes(timing) ? [`Timing in the EHR: ${timing}`] : []),
  ];
}

/** What the EHR says beside dose and timing, and doses that are not one number with a unit: in words. */
function instructionsOf(dosage: Dosage, rateIsKnown: boolean): string[] {
  const rates = (dosage.doseAndRate ?? []).flatMap(({ doseQuantity, doseRange, rateQuantity }) => {
    const amount = (quantity: typeof doseQuantity): string =>
      quantity?.value === undefined ? 'not said' : `${quantity.value} ${unitOf(quantity) ?? ''}`.trim();
    return [
      doseQuantity?.value !== undefined && unitOf(doseQuantity) === undefined
        ? `Dose in the EHR: ${doseQuantity.value}, without a unit`
        : [],
      doseRange ? `Dose in the EHR: ${amount(doseRange.low)} to ${amount(doseRange.high)}` : [],
      rateQuantity && !rateIsKnown ? `Rate in the EHR: ${amount(rateQuantity)}` : [],
    ].flat();
  });
  const additional = (dosage.additionalInstruction ?? []).flatMap((item) => textOf(item) ?? []);
  return [...rates, ...additional, ...(dosage.patientInstruction ? [dosage.patientInstruction] : [])];
}

/** The most in a time, where it is no number of doses: a limit that is not computed with is read, never left out. */
function mostInWords(dosage: Dosage, schedule: Schedule, dose: Quantity | undefined): string[] {
  const most = dosage.maxDosePerPeriod;
  if (most?.numerator?.value === undefined || most.denominator?.value === undefined) return [];
  if (
    schedule.type === 'as-needed' &&
    schedule.mostPerDay !== undefined &&
    schedule.mostPerDay === mostPerDay(dosage, dose)
  )
    return [];
  const { numerator, denominator } = most;
  const length = denominator.unit ?? denominator.code ?? '';
  const time = { d: 'days', h: 'hours', wk: 'weeks' }[denominator.code ?? length] ?? length;
  return [
    `At most ${numerator.value} ${unitOf(numerator) ?? 'doses'} in ${denominator.value === 1 && time === 'days' ? '24 hours' : `${denominator.value} ${time}`}, says the EHR`,
  ];
}

function wholeDosage(dosage: Dosage, clock: WardClock): string {
  const { timeZone } = clock;
  const dose = doseOf(dosage);
  const schedule = scheduleOf(dosage, undefined, clock, dose);
  if (!dosage.text) {
    const timing = schedule.type === 'as-written' ? inWords(dosage, timeZone) : describeSchedule(schedule);
    return `${dose ? formatQuantity(dose) : 'dose not recorded'} ${timing}`;
  }
  const told = [
    dose ? formatQuantity(dose) : '',
    schedule.type === 'as-written' ? timingInWords(dosage, timeZone) : describeSchedule(schedule),
  ].filter((part) => part !== '');
  // The words may be all, or one thing beside dose and timing: both are shown.
  return told.length > 0 ? `${told.join(' ')} (${dosage.text})` : dosage.text;
}

const DURATION_MS: Record<string, number> = { min: 60_000, h: 3_600_000, d: 86_400_000, wk: 604_800_000 };

function endOf(
  dosage: Dosage | undefined,
  startAt: string | undefined,
  timeZone: string,
): string | undefined {
  const repeat = dosage?.timing?.repeat;
  const end = repeat?.boundsPeriod?.end;
  if (end !== undefined && /^\d{4}-\d\d-\d\d$/.test(end)) {
    // The end of a period includes its whole day (FHIR R4 Period).
    try {
      return Temporal.PlainDate.from(end)
        .add({ days: 1 })
        .toZonedDateTime({ timeZone })
        .toInstant()
        .toString();
    } catch {
      return undefined;
    }
  }
  const { value, code, unit } = repeat?.boundsDuration ?? {};
  const length = (value ?? 0) * (DURATION_MS[code ?? unit ?? ''] ?? 0);
  return (
    toInstant(end) ??
    (startAt && length > 0 ? new Date(Date.parse(startAt) + length).toISOString() : undefined)
  );
}

/** Status of a dose of which something was given. */
const GIVEN = new Set(['completed', 'in-progress', 'stopped']);

function lastGivenByRequest(administrations: readonly unknown[], warn: Warn): Map<string, string> {
  const last = new Map<string, string>();
  for (const dose of readLeniently(MEDICATION_ADMINISTRATION, administrations, 'A given dose', warn)) {
    const request = dose.request?.reference?.split('/').at(-1);
    const at = toInstant(dose.effectiveDateTime ?? dose.effectivePeriod?.start);
    if (!request || !at || !GIVEN.has(dose.status ?? '')) continue;
    if (at > (last.get(request) ?? '')) last.set(request, at);
  }
  return last;
}
