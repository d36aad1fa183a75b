import { careInWords } from './care-in-words.ts';
import { describeDose, describeInfusion, EFFECTS, REPEATS } from './describe-dose.ts';
import { displayName, medicationLine, serviceLine } from './display.ts';
import {
  type BodyOf,
  type ConflictKind,
  type Consciousness,
  hasValues,
  type OxygenDevice,
  type TabletLacked,
  type WardBody,
} from './entries/index.ts';
import { formLines } from './form-in-words.ts';
import { measurementInWords } from './measurement-in-words.ts';
import { scoreNews2 } from './news2.ts';
import { lackedBy, notDoneInWords } from './not-done.ts';
import { VITAL_PARAMETERS } from './range-checks.ts';

/** Devices of the RCP observation chart, in words. */
export const OXYGEN_DEVICES: Record<OxygenDevice, string> = {
  A: 'Air',
  N: 'Nasal cannula',
  SM: 'Simple mask',
  V24: 'Venturi 24%',
  V28: 'Venturi 28%',
  V35: 'Venturi 35%',
  V40: 'Venturi 40%',
  V60: 'Venturi 60%',
  NIV: 'NIV',
  RM: 'Reservoir mask',
  TM: 'Tracheostomy mask',
  CP: 'CPAP mask',
  H: 'Humidified',
  OTH: 'Other',
};

const CONSCIOUSNESS: Record<Consciousness, string> = {
  alert: 'alert',
  confusion: 'new confusion',
  voice: 'responds to voice',
  pain: 'responds to pain',
  unresponsive: 'unresponsive',
};

function vitalSignsInWords(body: BodyOf<'vital-signs'>, news2: boolean): string {
  const { values, notDone, comment } = body;
  const { oxygenDevice, consciousness } = values;
  const parts = VITAL_PARAMETERS.flatMap(({ name, label, unit }) =>
    values[name] === undefined
      ? []
      : [
          `${label} ${values[name]} ${unit}${name === 'oxygenSaturation' && values.saturationScale === 2 ? ' (scale 2)' : ''}`,
        ],
  );
  if (oxygenDevice)
    parts.push(oxygenDevice === 'A' ? 'breathing air' : `oxygen by ${OXYGEN_DEVICES[oxygenDevice]}`);
  if (consciousness) parts.push(CONSCIOUSNESS[consciousness]);
  const { total, partial } = scoreNews2(values);
  const lacked = lackedBy(body).map(({ name }) => name);
  return [
    parts.join(', '),
    notDone && lacked.length > 0 ? `${notDoneInWords(notDone)}: ${lacked.join(', ')}` : '',
    news2 && hasValues(values) ? `NEWS2 ${total ?? `at least ${partial}`}` : '',
    comment ?? '',
  ]
    .filter((text) => text !== '')
    .join('. ');
}

/** Said beside an entry that was written on a tablet that was not ready. */
export const TABLET_LACKED: Record<TabletLacked, string> = {
  'ehr-data': 'written on a tablet that had no EHR data of this ward',
  'part-of-the-ward': 'written before the tablet showed the whole ward',
};

/** What a conflict is about, in words. */
export const CONFLICTS: Record<ConflictKind, string> = {
  'same-dose-twice': 'same dose charted twice',
  'dose-after-stop': 'given after the order was stopped',
  'two-beds': 'two beds for one patient',
  'allergy-status': 'allergy statements differ',
  'concurrent-amendment': 'same entry corrected twice',
  'two-in-one-bed': 'two patients in one bed',
  'registered-twice': 'perhaps registered twice',
};

function settledInWords({ conflict, decision, bed, reason }: BodyOf<'conflict-settled'>): string {
  const said = {
    'all-hold': conflict === 'two-in-one-bed' ? `They share bed ${bed ?? ''}` : 'All of it is true',
    'these-hold': 'One of them holds, the other is struck through',
    'same-person': 'Both registrations are the same person',
    'different-people': 'They are different people',
  }[decision];
  return `${said}.${reason === undefined ? '' : ` ${reason}`}`;
}

/**
 * What an entry says, in one or two lines, on the tablet and in the workbench alike. `news2`: false where the score
 * does not apply (under 16 years).
 */
export function describeEntry(body: WardBody | null, news2 = true): { title: string; text: string } {
  if (body === null)
    return {
      title: 'Recorded by a newer version',
      text: 'It is kept and passed on; this app cannot show it.',
    };
  switch (body.kind) {
    case 'patient-registered':
      return { title: 'Registered', text: `${displayName(body.name)}, downtime number ${body.number.value}` };
    case 'bed-assigned':
      return { title: 'Bed', text: body.bed };
    case 'patient-moved':
      return { title: `Moved to ${body.toName}`, text: `Bed ${body.bed}, from ${body.fromName}` };
    case 'record-moved':
      return { title: 'Record passed on', text: 'Earlier entries, for the ward where the patient went.' };
    case 'allergy-recorded':
      return {
        title: 'Allergy',
        text: `${body.substance.text}${body.reaction ? ` (${body.reaction})` : ''}`,
      };
    case 'no-known-allergies-recorded':
      return { title: 'Allergies', text: 'No known allergies' };
    case 'vital-signs':
      return { title: 'Vital signs', text: vitalSignsInWords(body, news2) };
    case 'medication-administration':
      return describeDose(body);
    case 'infusion-charted':
      return describeInfusion(body);
    case 'dose-vomited':
      return { title: 'Vomited after the dose', text: REPEATS[body.repeat] };
    case 'dose-reassessed':
      return {
        title: 'Effect of a dose',
        text: [
          EFFECTS[body.effect],
          ...(body.painScore === undefined ? [] : [`pain ${body.painScore} of 10`]),
          ...(body.comment === undefined ? [] : [body.comment]),
        ].join(', '),
      };
    case 'patch-removed':
      return { title: 'Patch taken off', text: body.comment ?? '' };
    case 'note':
      return {
        title:
          body.noteType === 'sbar'
            ? 'SBAR note'
            : `${body.noteType === 'nursing' ? 'Nursing' : 'Progress'} note`,
        text: body.sbar
          ? Object.entries(body.sbar)
              .map(([part, text]) => `${part[0]!.toUpperCase()}${part.slice(1)}: ${text}`)
              .join('\n')
          : (body.text ?? ''),
      };
    case 'fluid-recorded':
    case 'glucose-measured':
    case 'pain-assessed':
    case 'gcs-assessed':
    case 'body-measured':
      return measurementInWords(body);
    case 'handoff-written':
    case 'handoff-read':
    case 'patient-taken':
    case 'escalation-recorded':
    case 'escalation-seen':
    case 'result-received':
    case 'result-acknowledged':
    case 'device-charted':
    case 'pregnancy-recorded':
    case 'screen-recorded':
      return careInWords(body);
    case 'attachment':
      return { title: 'Picture', text: `Part ${body.part} of ${body.parts}` };
    case 'form-answered':
      return {
        title: `${body.form.title}${body.status === 'completed' ? '' : ' (not complete)'}`,
        text: formLines(body.items)
          .map(({ text, answer }) => (answer === undefined ? text : `${text}: ${answer}`))
          .join('\n'),
      };
    case 'order-signed':
      return {
        title: `Order: ${body.detail.category}`,
        text: body.detail.category === 'medication' ? medicationLine(body.detail) : serviceLine(body.detail),
      };
    case 'order-received':
      return {
        title: `Order by ${body.by}: ${body.detail.category}`,
        text: `${body.detail.category === 'medication' ? medicationLine(body.detail) : serviceLine(body.detail)}. Given by ${body.prescriber}, read back and confirmed; to be signed`,
      };
    case 'order-held':
      return { title: 'Order held', text: body.reason };
    case 'order-resumed':
      return {
        title: 'Order resumed',
        text: [
          ...(body.reason === undefined ? [] : [body.reason]),
          ...(body.overrides ?? []).map((item) => `Alert: ${item.message} Reason: ${item.reason}`),
        ].join('. '),
      };
    case 'order-acknowledged':
      return { title: 'Order noted', text: '' };
    case 'order-stopped':
      return { title: 'Order stopped', text: body.reason };
    case 'entered-in-error':
      return { title: 'Marked as entered in error', text: body.reason };
    case 'patient-linked':
      return { title: 'Matched by records staff', text: `EHR patient ${body.ehrPatient}` };
    case 'patient-confirmed-new':
      return { title: 'Records staff', text: 'Not in the EHR before: a new patient' };
    case 'patient-unlinked':
      return { title: 'Match undone', text: body.reason ?? '' };
    case 'review-decided':
      return { title: `Records staff: ${body.decision}`, text: body.reason ?? '' };
    case 'carried-entry':
      return { title: 'Taken over from a copied tablet', text: 'It cannot be read on this tablet.' };
    case 'entry-witnessed':
      return { title: body.as === 'witness' ? 'Witnessed' : 'Co-signed', text: body.statement ?? '' };
    case 'entry-vouched':
      return {
        title: `Vouched for ${body.entries.length === 1 ? 'an entry that was held back' : `${body.entries.length} entries that were held back`}`,
        text: body.reason,
      };
    case 'conflict-settled':
      return { title: `Settled: ${CONFLICTS[body.conflict]}`, text: settledInWords(body) };
    case 'posting-outcome':
      return {
        title:
          body.outcome === 'posted'
            ? 'In the EHR'
            : body.outcome === 'refused'
              ? 'Refused by the EHR'
              : 'Not needed in the EHR',
        text: body.detail ?? '',
      };
  }
}
