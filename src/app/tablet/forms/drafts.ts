import { MEASUREMENT_KINDS, type MeasurementKind } from '../../../clinical/index.ts';

const MEASURED: Record<MeasurementKind, string> = {
  'fluid-recorded': 'fluid in or out',
  'glucose-measured': 'blood glucose',
  'pain-assessed': 'pain score',
  'gcs-assessed': 'coma scale',
  'body-measured': 'weight and height',
};

/** What may be left half written, and how it is spoken of. Each person has one of each for a patient, or what it is about. */
const UNFINISHED = {
  note: 'note',
  'vital-signs': 'set of vital signs',
  order: 'order',
  handoff: 'handoff',
  'note-amendment': 'amendment of a note',
  'vital-signs-amendment': 'amendment of vital signs',
  form: 'form',
  'form-amendment': 'amendment of a form',
  dose: 'dose',
  infusion: 'turn of an infusion',
  'dose-effect': 'effect of a dose',
  'dose-vomited': 'vomiting after a dose',
  'order-change': 'change of an order',
  'order-hold': 'hold of an order',
  'order-stop': 'stop of an order',
  'order-set': 'order set',
  device: 'line, tube or drain',
  pregnancy: 'pregnancy record',
  screen: 'screen or score',
  result: 'result by telephone',
  acknowledgement: 'acknowledgement of a result',
  escalation: 'escalation',
  'escalation-seen': 'word on who saw the patient',
  allergy: 'allergy',
  bed: 'bed',
  move: 'move to another ward',
  error: 'mark “entered in error”',
  registration: 'registration',
  ...MEASURED,
  ...(Object.fromEntries(
    MEASUREMENT_KINDS.map((kind) => [`${kind}-amendment`, `correction: ${MEASURED[kind]}`]),
  ) as Record<`${MeasurementKind}-amendment`, string>),
} as const;

export type DraftKind = keyof typeof UNFINISHED;

/** `about`: the one that is amended, which form it is, which order with which due time. */
export const draftKey = (kind: DraftKind, patient: string, about?: string): string =>
  about === undefined ? `${kind}:${patient}` : `${kind}:${patient}:${about}`;

/** Which form a draft belongs to; `undefined`: one of another version of the app. */
export function draftKind(key: string): { kind: DraftKind; name: string; about?: string } | undefined {
  const [kind, , ...about] = key.split(':');
  return kind !== undefined && Object.hasOwn(UNFINISHED, kind)
    ? {
        kind: kind as DraftKind,
        name: UNFINISHED[kind as DraftKind],
        // A time, or a form's address, has colons of its own.
        ...(about.length === 0 ? {} : { about: about.join(':') }),
      }
    : undefined;
}
