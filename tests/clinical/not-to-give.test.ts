import { describe, expect, it } from 'vitest';
import {
  administrationAlerts,
  foldChart,
  orderAlerts,
  type SnapshotPatient,
} from '../../src/clinical/index.ts';
import { aSnapshot, NOW, orderFor, PATIENT } from './builders.ts';

const ONCE = { type: 'once', stat: false } as const;
const BAN = { medication: { text: 'ibuprofen 400 MG Oral Tablet' }, reason: 'renal function' };
const chartOf = (notToGive: SnapshotPatient['notToGive'], order = orderFor('ibuprofen 200 MG', ONCE)) =>
  foldChart({
    patient: PATIENT,
    entries: [order],
    snapshot: aSnapshot({ allergyStatus: 'nilknown', ...(notToGive ? { notToGive } : {}) }),
    snapshotAsOf: NOW,
    now: NOW,
  })!;

describe('an order of the EHR not to give a drug', () => {
  it('stands on the chart, with its reason and its age', () => {
    expect(chartOf([BAN]).notToGive).toEqual([{ ...BAN, asOf: NOW }]);
    expect(chartOf(undefined)).not.toHaveProperty('notToGive');
  });

  it('is thought about before the same drug is given or ordered, and no other', () => {
    const order = orderFor('ibuprofen 200 MG', ONCE);
    const alert = {
      code: 'not-to-give',
      severity: 'stop-and-think',
      message: 'The EHR has an order NOT to give ibuprofen 400 MG Oral Tablet: renal function.',
    };
    expect(administrationAlerts(chartOf([BAN], order), { order: order.id, at: NOW })).toContainEqual(alert);
    expect(orderAlerts(chartOf([BAN]), order.body.detail)).toContainEqual(alert);
    const other = orderFor('paracetamol 500 MG', ONCE);
    expect(orderAlerts(chartOf([BAN]), other.body.detail).map(({ code }) => code)).not.toContain(
      'not-to-give',
    );
  });
});
