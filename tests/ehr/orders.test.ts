import { describe, expect, it } from 'vitest';
import { wardAndDesk } from './ward-and-desk.ts';

/** What becomes of an order of the downtime in the EHR, when the downtime itself stopped, held or changed it. */

const desk = wardAndDesk();
const { chartAs, approve, stateOf, push, held } = desk;

describe('an order of the downtime that the downtime stopped again', () => {
  const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const signed = (detail: object) => () => ({
    kind: 'order-signed',
    detail,
    overrides: [],
    effectiveAt: minutesAgo(30),
  });
  const morphine = signed({
    category: 'medication',
    medication: { text: 'morphine 10 mg/mL injection' },
    dose: { value: 5, unit: 'mg' },
    route: 'intravenous',
    schedule: { type: 'once', stat: false },
    startAt: minutesAgo(30),
  });
  const said = (kind: string, order: string, minutes: number) => () => ({
    kind,
    order,
    reason: 'drowsy',
    effectiveAt: minutesAgo(minutes),
  });
  const sign = async (body: () => object): Promise<string> =>
    (await chartAs(desk.doctor, desk.patient, body))[0]!;

  it('is active until the word comes, and says itself that it was stopped; nobody has to read a Task first', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const active = await held('MedicationRequest', order);
    expect(active).toMatchObject({ status: 'active' });
    await desk.gateway.put({
      ...active!,
      id: order,
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    // The EHR takes what it is told, and answers to nothing that is written after it.
    await desk.ehr.setFaults({ dropAfterCommitEvery: 2 });
    await push();
    await desk.ehr.setFaults({});
    await push();
    expect((await stateOf(desk.patient, stop))?.state).toBe('posted');
    expect(await held('MedicationRequest', order)).toMatchObject({
      status: 'stopped',
      statusReason: { text: 'drowsy' },
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    expect(await held('Task', stop)).toMatchObject({ status: 'completed' });
  });

  it('is on hold and active again as it was said last, whichever is approved first', async () => {
    const order = await sign(morphine);
    const hold = await sign(said('order-held', order, 20));
    const resume = await sign(said('order-resumed', order, 10));
    await approve(order);
    await approve(hold);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'on-hold' });
    await approve(resume);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
  });

  it('is never active in an EHR that was told of its end first', async () => {
    const order = await sign(
      signed({ category: 'imaging', request: { text: 'Chest X-ray' }, priority: 'routine' }),
    );
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await push();
    expect(await held('Task', stop)).toMatchObject({ status: 'requested' });
    await approve(order);
    await push();
    expect((await stateOf(desk.patient, order))?.state).toBe('posted');
    expect(await held('ServiceRequest', order)).toMatchObject({ status: 'revoked' });
  });

  it('of which the EHR has not said whether it has it, comes to its end too', async () => {
    const order = await sign(morphine);
    await approve(order);
    await desk.ehr.setFaults({ status: 500 });
    await push();
    expect((await stateOf(desk.patient, order))?.state).toBe('unknown');
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await desk.ehr.setFaults({});
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'stopped' });
    expect((await stateOf(desk.patient, order))?.state).toBe('posted');
    expect((await stateOf(desk.patient, stop))?.state).toBe('posted');
  });

  it('is left as it is where somebody changed it in the EHR: the Task asks', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    await desk.gateway.put({ ...(await held('MedicationRequest', order))!, id: order, status: 'completed' });
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'completed' });
    expect(await held('Task', stop)).toMatchObject({ status: 'requested' });
    expect(await stateOf(desk.patient, stop)).toMatchObject({
      state: 'posted',
      stateReason: expect.stringMatching(/does not say that it was stopped.*somebody changed.*by hand/),
    });
  });

  it('whose stop is taken back while the EHR answers nothing, is not stopped there without a word', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    // The first write arrives; then the line is cut, and nobody can be asked.
    let isCut = false;
    const open = desk.line;
    desk.line = async (...call) => {
      if (isCut) throw new TypeError('fetch failed');
      isCut = call[1]?.method === 'PUT';
      const answer = await open(...call);
      if (isCut) throw new TypeError('fetch failed');
      return answer;
    };
    await push();
    desk.line = open;
    expect(isCut).toBe(true);
    expect((await stateOf(desk.patient, stop))?.state).toBe('unknown');
    await chartAs(desk.doctor, desk.patient, () => ({
      kind: 'entered-in-error',
      replaces: stop,
      reason: 'a slip',
    }));
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
    expect(await stateOf(desk.patient, stop)).toMatchObject({
      resources: [{ type: 'Task', id: stop }],
      stateReason: expect.stringContaining('by hand'),
    });
  });

  it('whose stop the EHR refuses, is not stopped there', async () => {
    const order = await sign(morphine);
    await approve(order);
    await push();
    const stop = await sign(said('order-stopped', order, 1));
    await approve(stop);
    const put = await desk.gateway.put({ resourceType: 'Task', id: stop, status: 'draft', intent: 'order' });
    expect(put.kind).not.toBe('refused');
    await push();
    expect((await stateOf(desk.patient, stop))?.state).toBe('refused');
    expect(await held('MedicationRequest', order)).toMatchObject({ status: 'active' });
  });

  it('is stopped by the order that takes its place', async () => {
    const order = await sign(morphine);
    const newer = await sign(() => ({ ...morphine(), changes: order, effectiveAt: minutesAgo(5) }));
    await approve(order);
    await approve(newer);
    await push();
    expect(await held('MedicationRequest', order)).toMatchObject({
      status: 'stopped',
      statusReason: { text: 'Changed by a newer order' },
    });
    expect(await held('MedicationRequest', newer)).toMatchObject({ status: 'active' });
    expect(await held('Task', `${newer}-change`)).toMatchObject({ status: 'completed' });
  });
});
