import type { BodyOf, OpenedEntry, SnapshotPatient, WardBody, WardKind } from '../../src/clinical/index.ts';

export const PATIENT = 'a'.repeat(32);
export const NOW = '2026-11-24T14:05:00.000Z';
export const NURSE = { id: '1'.repeat(32), name: 'Nurse Ada', role: 'nurse' as const };
export const DOCTOR = { id: '2'.repeat(32), name: 'Dr Bell', role: 'clinician' as const };

/** Entry id: a log named by one hex digit, and a position. */
export const entryId = (log: string, seq: number): string => `${log.repeat(32)}-${seq}`;

type Content<K extends WardKind> = Omit<BodyOf<K>, 'kind' | 'author' | 'effectiveAt' | 'recordedAt'> &
  Partial<Pick<BodyOf<K>, 'author' | 'effectiveAt' | 'recordedAt'>>;

let counter = 0;

/** An entry at a given place of a log; clock and id rise by themselves. */
export function anEntry<K extends WardKind>(
  kind: K,
  content: Content<K>,
  at: { id?: string; wallMs?: number } = {},
): OpenedEntry & { body: BodyOf<K> } {
  counter += 1;
  const effectiveAt = content.effectiveAt ?? NOW;
  const body = {
    kind,
    author: NURSE,
    recordedAt: effectiveAt,
    ...content,
    effectiveAt,
  } as unknown as WardBody as BodyOf<K>;
  return {
    id: at.id ?? entryId('b', counter),
    patient: PATIENT,
    hlc: [at.wallMs ?? Date.parse(NOW) + counter, 0],
    body,
  };
}

export const registered = (content: Partial<Content<'patient-registered'>> = {}) =>
  anEntry('patient-registered', {
    number: { kind: 'MRT', value: 'DA00017' },
    name: { family: 'Kowalski', given: 'Jan' },
    nameUnknown: false,
    birthDate: '1951-03-04',
    sex: 'male',
    ...content,
  });

export const orderFor = (
  medication: string,
  schedule: Extract<BodyOf<'order-signed'>['detail'], { category: 'medication' }>['schedule'],
  more: { startAt?: string; endAt?: string; dose?: { value: number; unit: string } } = {},
) =>
  anEntry('order-signed', {
    author: DOCTOR,
    detail: {
      category: 'medication',
      medication: { text: medication },
      dose: more.dose ?? { value: 500, unit: 'mg' },
      route: 'PO',
      schedule,
      startAt: more.startAt ?? '2026-11-24T10:00:00.000Z',
      ...(more.endAt === undefined ? {} : { endAt: more.endAt }),
    },
    overrides: [],
  });

export const givenFor = (
  order: string,
  content: Partial<Content<'medication-administration'>> = {},
  at: { id?: string; wallMs?: number } = {},
) =>
  anEntry(
    'medication-administration',
    {
      order,
      medication: { text: 'paracetamol' },
      outcome: 'given',
      dose: { value: 500, unit: 'mg' },
      overrides: [],
      ...content,
    },
    at,
  );

export const aSnapshot = (more: Partial<SnapshotPatient> = {}): SnapshotPatient => ({
  id: PATIENT,
  ehrPatient: 'ehr-1',
  name: { family: 'Kessler', given: 'Karla' },
  birthDate: '1951-03-04',
  sex: 'female',
  numbers: [{ kind: 'MR', value: 'M1234567' }],
  bed: '3',
  allergyStatus: 'notasked',
  allergies: [],
  problems: [],
  orders: [],
  observations: [],
  warnings: [],
  ...more,
});

export const FULL_SET = {
  respirationRate: 16,
  oxygenSaturation: 98,
  saturationScale: 1 as const,
  oxygenDevice: 'A' as const,
  systolic: 120,
  diastolic: 80,
  pulse: 70,
  consciousness: 'alert' as const,
  temperature: 37,
};
