import { describe, expect, it } from 'vitest';
import { wardAndDesk } from './ward-and-desk.ts';

/** Who signed an entry as the second person is in the EHR too, once, whenever they signed. */

const desk = wardAndDesk();
const { chart, chartAs, approve, push, stateOf, held } = desk;

const byTelephone = () => ({
  kind: 'order-received',
  detail: {
    category: 'medication',
    medication: { text: 'paracetamol 500 mg' },
    dose: { value: 1000, unit: 'mg' },
    route: 'PO',
    schedule: { type: 'once', stat: false },
    startAt: new Date().toISOString(),
  },
  prescriber: 'Priya Shah',
  by: 'telephone',
  readBack: true,
  overrides: [],
});
const signed = (entry: string, as: 'witness' | 'co-signer', statement?: string) => () => ({
  kind: 'entry-witnessed',
  entry,
  as,
  ...(statement ? { statement } : {}),
});

describe('a second signature', () => {
  it('that comes after its entry was posted goes into the EHR by itself, and stays one', async () => {
    const [order] = await chart(desk.patient, byTelephone);
    await approve(order!);
    await push();
    expect((await stateOf(desk.patient, order!))?.state).toBe('posted');
    const [late] = await chartAs(desk.doctor, desk.patient, signed(order!, 'co-signer'));
    expect((await stateOf(desk.patient, late!))?.state).toBe('approved');
    // The EHR takes it and does not say so.
    await desk.ehr.setFaults({ dropAfterCommitEvery: 1 });
    await push();
    await desk.ehr.setFaults({});
    await push();
    expect(await stateOf(desk.patient, late!)).toMatchObject({
      state: 'posted',
      resources: [{ type: 'Provenance', id: late }],
    });
    const provenance = await held('Provenance', late!);
    expect(provenance).toMatchObject({
      target: [{ reference: `MedicationRequest/${order}` }],
      agent: [{ type: { coding: [{ code: 'legal' }] }, who: { display: 'Priya Shah' } }, {}],
    });
    const version = (provenance?.meta as { versionId?: string } | undefined)?.versionId;
    await push();
    expect(((await held('Provenance', late!))?.meta as { versionId?: string } | undefined)?.versionId).toBe(
      version,
    );
  });

  it('that was there before goes in with its entry, in one push, with what was seen', async () => {
    const [dose] = await chart(desk.patient, () => ({
      kind: 'medication-administration',
      order: '7'.repeat(32),
      medication: { text: 'morphine 10 mg/mL' },
      outcome: 'given',
      dose: { value: 5, unit: 'mg' },
      second: { as: 'witness' },
      overrides: [],
    }));
    const [seen] = await chartAs(desk.doctor, desk.patient, signed(dose!, 'witness', '5 mg wasted'));
    expect((await stateOf(desk.patient, seen!))?.state).toBe('not-for-the-ehr');
    await approve(dose!);
    await push();
    expect((await stateOf(desk.patient, seen!))?.state).toBe('posted');
    expect(await held('MedicationAdministration', dose!)).toMatchObject({
      performer: [{}, { actor: { display: 'Priya Shah' } }],
    });
    expect(await held('Provenance', seen!)).toMatchObject({
      target: [{ reference: `MedicationAdministration/${dose}` }],
      reason: [{ text: '5 mg wasted' }],
      agent: [{ type: { coding: [{ code: 'verifier' }] }, who: { display: 'Priya Shah' } }, {}],
    });
  });

  it('on what does not go into the EHR does not go there either; nor does one on an entry of one’s own', async () => {
    const [order] = await chart(desk.patient, byTelephone);
    const [own] = await chart(desk.patient, signed(order!, 'witness'));
    const [hers] = await chartAs(desk.doctor, desk.patient, signed(order!, 'co-signer'));
    await push();
    expect((await stateOf(desk.patient, hers!))?.state).toBe('not-for-the-ehr');
    await approve(order!);
    await push();
    expect((await stateOf(desk.patient, hers!))?.state).toBe('posted');
    expect((await stateOf(desk.patient, own!))?.state).toBe('not-for-the-ehr');
    expect(await held('Provenance', own!)).toBeUndefined();
  });

  it('that was taken back before its turn came is not sent', async () => {
    const [order] = await chart(desk.patient, byTelephone);
    const [hers] = await chartAs(desk.doctor, desk.patient, signed(order!, 'co-signer'));
    await chartAs(desk.doctor, desk.patient, () => ({
      kind: 'entered-in-error',
      replaces: hers!,
      reason: 'another patient’s',
    }));
    await approve(order!);
    await push();
    expect((await stateOf(desk.patient, hers!))?.state).toBe('not-for-the-ehr');
    expect(await held('Provenance', hers!)).toBeUndefined();
  });
});
