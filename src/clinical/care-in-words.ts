import { withoutUnsafeAbbreviations } from './display.ts';
import type { BodyOf, DeviceKind, EscalationMeans, IllnessSeverity } from './entries/index.ts';

export const MEANS: Record<EscalationMeans, string> = {
  'in-person': 'in person',
  telephone: 'by telephone',
  pager: 'by pager',
  message: 'by message',
  'emergency-call': 'by emergency call',
};

export const ANSWERS: Record<BodyOf<'escalation-recorded'>['answer'], string> = {
  coming: 'is coming',
  advice: 'gave advice',
  'no-answer': 'did not answer',
};

export const SEVERITIES: Record<IllnessSeverity, string> = {
  stable: 'Stable',
  watcher: 'Watcher',
  unstable: 'Unstable',
};

export const DEVICES: Record<DeviceKind, string> = {
  'peripheral-cannula': 'Peripheral cannula',
  midline: 'Midline catheter',
  picc: 'Peripherally inserted central catheter',
  'central-line': 'Central venous catheter',
  port: 'Implanted port',
  'arterial-line': 'Arterial line',
  'dialysis-catheter': 'Dialysis catheter',
  'urinary-catheter': 'Urinary catheter',
  'nasogastric-tube': 'Nasogastric tube',
  'gastrostomy-tube': 'Gastrostomy tube',
  'wound-drain': 'Wound drain',
  'chest-drain': 'Chest drain',
  tracheostomy: 'Tracheostomy tube',
  'endotracheal-tube': 'Endotracheal tube',
  other: 'Other device',
};

const PREGNANCY: Record<BodyOf<'pregnancy-recorded'>['status'], string> = {
  pregnant: 'pregnant',
  'within-42-days-after-birth': 'within 42 days after birth',
  'not-pregnant': 'not pregnant',
  'not-known': 'not known',
};

type Care = BodyOf<
  | 'handoff-written'
  | 'handoff-read'
  | 'patient-taken'
  | 'escalation-recorded'
  | 'escalation-seen'
  | 'result-received'
  | 'result-acknowledged'
  | 'device-charted'
  | 'pregnancy-recorded'
  | 'screen-recorded'
>;

/** The parts of a handoff under their names. */
export function handoffParts(
  body: Pick<BodyOf<'handoff-written'>, 'sbar' | 'ipass'>,
): [label: string, text: string][] {
  if (body.sbar)
    return [
      ['Situation', body.sbar.situation],
      ['Background', body.sbar.background],
      ['Assessment', body.sbar.assessment],
      ['Recommendation', body.sbar.recommendation],
    ];
  if (!body.ipass) return [];
  return [
    ['Illness severity', SEVERITIES[body.ipass.illnessSeverity]],
    ['Patient summary', body.ipass.patientSummary],
    ['Action list', body.ipass.actionList],
    ['Situation awareness', body.ipass.situationAwareness],
  ];
}

const joined = (parts: readonly (string | undefined)[], between: string): string =>
  parts.filter((part) => part !== undefined && part !== '').join(between);

/** Handoff, escalation, results by telephone, devices, screens: what each says, in a line or some. */
export function careInWords(body: Care): { title: string; text: string } {
  switch (body.kind) {
    case 'handoff-written':
      return {
        title: body.sbar ? 'Handoff (SBAR)' : 'Handoff (I-PASS)',
        text: handoffParts(body)
          .map(([label, text]) => `${label}: ${text}`)
          .join('\n'),
      };
    case 'handoff-read':
      return { title: 'Handoff read', text: body.synthesis ?? '' };
    case 'patient-taken':
      return {
        title: body.action === 'taken' ? 'Looks after the patient' : 'Gave the patient back',
        text: '',
      };
    case 'escalation-recorded':
      return {
        title: 'Escalation',
        text: `${body.because}. ${body.told}, ${MEANS[body.means]}: ${joined([ANSWERS[body.answer], body.comment], '. ')}`,
      };
    case 'escalation-seen':
      return {
        title: 'Seen because of an escalation',
        text: joined([`by ${body.seenBy}`, body.comment], '. '),
      };
    case 'result-received':
      return {
        title: body.critical ? 'Critical result by telephone' : 'Result by telephone',
        text: joined(
          [
            `${body.test}: ${joined([body.value, body.unit], ' ')}`,
            `from ${body.caller}, read back and confirmed`,
            body.comment,
          ],
          '. ',
        ),
      };
    case 'result-acknowledged':
      return { title: 'Result acknowledged', text: body.told === undefined ? '' : `told to ${body.told}` };
    case 'device-charted':
      return {
        title: `${DEVICES[body.device]} ${{ inserted: 'inserted', found: 'in place', checked: 'checked', removed: 'removed' }[body.action]}`,
        text: joined([body.site, body.size, body.finding, body.reason], ', '),
      };
    case 'pregnancy-recorded':
      return {
        title: 'Pregnancy',
        text: `${PREGNANCY[body.status]}${body.weeks === undefined ? '' : `, ${body.weeks} weeks`}`,
      };
    case 'screen-recorded':
      return {
        title: body.screen.title,
        text: withoutUnsafeAbbreviations(
          joined(
            [
              joined([body.total === undefined ? undefined : `Total ${body.total}`, body.says], ': '),
              body.answers.map(({ text, answer }) => `${text}: ${answer}`).join('; '),
              body.comment,
            ],
            '. ',
          ),
        ),
      };
  }
}
