import { type BodyOf, hasValues, type NotDone, type VitalValues } from './entries/index.ts';

/** What a set of vital signs is expected to have, with whether it has it: what it lacks was not done. */
const EXPECTED: readonly { name: string; suffix: string; has: (values: VitalValues) => boolean }[] = [
  { name: 'respiration rate', suffix: 'rr', has: (values) => values.respirationRate !== undefined },
  { name: 'oxygen saturation', suffix: 'spo2', has: (values) => values.oxygenSaturation !== undefined },
  {
    name: 'blood pressure',
    suffix: 'bp',
    has: ({ systolic, diastolic }) => systolic !== undefined || diastolic !== undefined,
  },
  { name: 'pulse', suffix: 'hr', has: (values) => values.pulse !== undefined },
  { name: 'consciousness', suffix: 'acvpu', has: (values) => values.consciousness !== undefined },
  { name: 'temperature', suffix: 'temp', has: (values) => values.temperature !== undefined },
];

type Set = Pick<BodyOf<'vital-signs'>, 'values' | 'notDone'>;

/** False of a set that was refused as a whole: charted, and no measurement. */
export const isMeasured = ({ body }: { body: Set }): boolean => hasValues(body.values);

/** "Refused by the patient", or why it could not be taken. */
export const notDoneInWords = ({ because, words }: NotDone): string =>
  `${because === 'refused' ? 'Refused by the patient' : 'Could not be taken'}${words === undefined ? '' : ` (${words})`}`;

/** What was not done of a set that says why; `suffix` as in the ids of its FHIR Observations. */
export const lackedBy = ({ values, notDone }: Set): { name: string; suffix: string }[] =>
  notDone === undefined ? [] : EXPECTED.filter(({ has }) => !has(values));
