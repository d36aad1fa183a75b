import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALERT_SWITCHES,
  administrationAlerts,
  type Chart,
  type FormularyItem,
  foldChart,
  infusionAlerts,
  type MedicationDetail,
  notCheckedHere,
  openFormulary,
  orderAlerts,
  readWardSettings,
  resumeAlerts,
} from '../../src/clinical/index.ts';
import { anEntry, aSnapshot, DOCTOR, NOW, PATIENT } from './builders.ts';

/** One chart on which everything that can be switched off speaks, and much that cannot. */
const SIMVASTATIN = 'simvastatin 40 mg tablet';
const AMOXICILLIN = 'amoxicillin 500 mg capsule';
const detail = (text: string, more: Partial<MedicationDetail> = {}): MedicationDetail => ({
  category: 'medication',
  medication: { text },
  dose: { value: 900, unit: 'mg' },
  route: 'PO',
  schedule: { type: 'times', times: ['14:00'], timeZone: 'UTC', everyDays: 1 },
  startAt: '2026-11-23T00:00:00.000Z',
  ...more,
});
const signed = (what: MedicationDetail) =>
  anEntry('order-signed', { author: DOCTOR, detail: what, overrides: [] });
const old = signed(detail(AMOXICILLIN, { limits: [{ parameter: 'pulse', below: 60 }] }));
const drip = signed(
  detail(AMOXICILLIN, { route: 'IV', schedule: { type: 'continuous', rate: { value: 20, unit: 'mL/h' } } }),
);
const stopped = anEntry('order-stopped', {
  author: DOCTOR,
  order: old.id,
  reason: 'rash',
  effectiveAt: '2026-11-24T14:01:00.000Z',
});
const limits = (name: string): FormularyItem => ({
  name,
  doses: [],
  gtins: [],
  ndcs: [],
  limits: [
    { unit: 'mg', high: 500 },
    { unit: 'mg', low: 1000 },
    { unit: 'mg', high: 5, perKg: true },
  ],
  renal: { below: 90, says: 'Half the dose' },
});
const knowledge = {
  formulary: openFormulary([limits(AMOXICILLIN)]),
  interactions: [{ a: 'simvastatin', b: 'amoxicillin', says: 'Made up for this test' }],
};
const chartWith = (alertsOff: string[]): Chart =>
  foldChart({
    patient: PATIENT,
    entries: [
      old,
      drip,
      stopped,
      signed(detail(SIMVASTATIN)),
      anEntry('body-measured', { weightKg: 60, method: 'measured', effectiveAt: '2026-11-10T08:00:00.000Z' }),
    ],
    snapshot: aSnapshot({
      allergyStatus: 'known',
      allergies: [{ substance: { text: 'Amoxicillin' } }, { substance: { text: 'Penicillin V' } }],
      notToGive: [{ medication: { text: 'amoxicillin' } }],
      observations: [
        { name: 'Creatinine', value: '2.5', unit: 'mg/dL', effectiveAt: '2026-11-24T06:00:00.000Z' },
      ],
    }),
    snapshotAsOf: '2026-11-24T08:00:00.000Z',
    settings: readWardSettings({ alertsOff }),
    now: NOW,
  })!;
/** Each door by which a form asks. */
function everything(chart: Chart): Record<string, string[]> {
  const codes = (alerts: { code: string }[]): string[] => alerts.map(({ code }) => code);
  const running = chart.orders.find(({ id }) => id === drip.id)!;
  const noWeight = { ...chart, measurements: [] };
  return {
    order: codes(orderAlerts(chart, detail(AMOXICILLIN), knowledge)),
    'order without a weight': codes(orderAlerts(noWeight, detail(AMOXICILLIN), knowledge)),
    resume: codes(resumeAlerts(chart, running, knowledge)),
    'resume without a dose': codes(resumeAlerts(chart, { ...running, incomplete: ['dose'] }, knowledge)),
    dose: codes(
      administrationAlerts(chart, { order: old.id, dueAt: '2026-11-24T14:00:00.000Z', at: NOW }, knowledge),
    ),
    infusion: codes(
      infusionAlerts(chart, { order: drip.id, action: 'started', at: NOW, rateMlPerHour: 30 }, knowledge),
    ),
  };
}
const NAMES = Object.keys(ALERT_SWITCHES);
const ON = everything(chartWith([]));

describe('the alerts that a ward switches off', () => {
  it('all speak on this chart, and are on where the ward has said nothing', () => {
    const spoken = new Set(Object.values(ON).flat());
    const switched = NAMES.flatMap((name) => ALERT_SWITCHES[name]!.codes);
    expect(switched.filter((code) => !spoken.has(code))).toEqual([]);
    expect(new Set(switched).size).toBe(switched.length);
    expect(readWardSettings({ fluidShifts: ['07:00'] }).alertsOff).toEqual([]);
  });

  it('LAW: are not asked at any door, and everything else is asked as before', () => {
    fc.assert(
      fc.property(fc.subarray(NAMES), (alertsOff) => {
        const off = new Set<string>(alertsOff.flatMap((name) => ALERT_SWITCHES[name]!.codes));
        const asked = everything(chartWith(alertsOff));
        for (const [door, codes] of Object.entries(ON))
          expect([door, asked[door]]).toEqual([door, codes.filter((code) => !off.has(code))]);
      }),
      { numRuns: 60 },
    );
  });

  it('never are those of what was given, of stopped orders and of what was scanned', () => {
    const asked = everything(chartWith(NAMES));
    expect(asked.dose).toEqual(expect.arrayContaining(['not-to-give', 'order-stopped']));
    expect(asked.infusion).toContain('more-than-ordered');
    const switched = new Set(NAMES.flatMap((name) => ALERT_SWITCHES[name]!.codes));
    for (const code of [
      'already-charted',
      'too-soon',
      'most-per-day',
      'also-overdue',
      'last-dose-unknown',
      'patch-on',
      'order-stopped',
      'order-incomplete',
      'not-to-give',
      'parameter-outside',
      'more-than-ordered',
      'scan-other-drug',
      'glucose-low',
      'allergies-not-known',
    ] as const)
      expect([code, switched.has(code)]).toEqual([code, false]);
  });

  it('are said where they would be asked, in one line, and one of a newer version switches nothing off', () => {
    const said = (alertsOff: string[], asked: 'order' | 'dose') =>
      notCheckedHere(readWardSettings({ alertsOff }), asked);
    expect(said([], 'order')).toBeUndefined();
    expect(said(['interaction'], 'order')).toBe('Not checked on this ward: interactions.');
    expect(said(['interaction'], 'dose')).toBeUndefined();
    expect(said(['renal', 'allergy-class'], 'dose')).toBe(
      'Not checked on this ward: allergies to a drug of the same class; doses by kidney function.',
    );
    expect(said(['of-a-newer-version'], 'order')).toBeUndefined();
    expect(everything(chartWith(['of-a-newer-version']))).toEqual(ON);
  });
});
