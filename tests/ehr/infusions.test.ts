import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toHex } from '../../src/log/index.ts';
import { randomBytes } from '../../src/seal/index.ts';
import { wardAndDesk } from './ward-and-desk.ts';

/** An infusion's turns go into the EHR one by one, and each ends where the next one begins. */

const desk = wardAndDesk();
const { chart, approve, stateOf, push, held } = desk;

describe('an infusion whose next turn comes later', () => {
  let order = '';
  beforeEach(() => {
    order = toHex(randomBytes(16));
  });
  const infusion = (action: string, minutes: number) => {
    const at = new Date(Date.now() + minutes * 60_000).toISOString();
    return () => ({
      kind: 'infusion-charted',
      order,
      medication: { text: 'sodium chloride 0.9 %' },
      action,
      ...(action === 'stopped' ? {} : { rateMlPerHour: 100 }),
      effectiveAt: at,
      overrides: [],
    });
  };
  const inTheEhr = (entry: string) => held('MedicationAdministration', entry);

  it('is sent again as it was sent, and then told that it ended', async () => {
    const [started] = await chart(desk.patient, infusion('started', -60));
    await approve(started!);
    await desk.ehr.setFaults({ status: 500 });
    await push();
    expect((await stateOf(desk.patient, started!))?.state).toBe('unknown');
    // Stopped meanwhile: told anew, the start would carry its end.
    await chart(desk.patient, infusion('stopped', -1));
    await desk.ehr.setFaults({});
    await push();
    expect((await stateOf(desk.patient, started!))?.state).toBe('posted');
    expect(await inTheEhr(started!)).toMatchObject({ status: 'completed', effectivePeriod: {} });
  });

  it('is in progress in the EHR until then, and has an end afterwards, whatever the EHR added', async () => {
    const [started] = await chart(desk.patient, infusion('started', -50));
    await approve(started!);
    await push();
    const running = await inTheEhr(started!);
    expect(running).toMatchObject({ status: 'in-progress', effectiveDateTime: expect.any(String) });
    await desk.gateway.put({
      ...running!,
      id: started!,
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    const [stopped] = await chart(desk.patient, infusion('stopped', -2));
    await approve(stopped!);
    // The EHR takes the stop, and answers to nothing that is written after it.
    await desk.ehr.setFaults({ dropAfterCommitEvery: 2 });
    await push();
    await desk.ehr.setFaults({});
    await push();
    expect((await stateOf(desk.patient, stopped!))?.state).toBe('posted');
    const ended = await inTheEhr(started!);
    expect(ended).toMatchObject({
      status: 'completed',
      effectivePeriod: { start: expect.any(String), end: expect.any(String) },
      supportingInformation: [{ display: 'seen by pharmacy' }],
    });
    expect(ended).not.toHaveProperty('effectiveDateTime');
    const version = (ended?.meta as { versionId?: string } | undefined)?.versionId;
    await push();
    expect(((await inTheEhr(started!))?.meta as { versionId?: string } | undefined)?.versionId).toBe(version);
  });

  const posted = async (action: string, minutes: number): Promise<string> => {
    const [entry] = await chart(desk.patient, infusion(action, minutes));
    await approve(entry!);
    await push();
    expect(await stateOf(desk.patient, entry!)).toMatchObject({ state: 'posted' });
    expect((await stateOf(desk.patient, entry!))?.stateReason).toBeUndefined();
    return entry!;
  };

  it('ends where a turn began that came late from another tablet', async () => {
    const first = await posted('started', -90);
    const third = await posted('rate-changed', -30);
    const end = async () =>
      ((await inTheEhr(first))?.effectivePeriod as { end?: string } | undefined)?.end ?? '';
    const before = await end();
    await posted('rate-changed', -60);
    expect(Date.parse(await end())).toBeLessThan(Date.parse(before));
    expect(await inTheEhr(third)).toMatchObject({ status: 'in-progress' });
  });

  it('a stop lasts for no time, and a pause is none of giving', async () => {
    await posted('started', -95);
    const paused = await posted('paused', -80);
    await posted('resumed', -70);
    expect(await inTheEhr(paused)).toMatchObject({ status: 'on-hold', effectivePeriod: {} });
    const stopped = await posted('stopped', -65);
    await posted('started', -20);
    expect(await inTheEhr(stopped)).toMatchObject({
      status: 'completed',
      effectiveDateTime: expect.any(String),
    });
  });

  it('is no stranger to a server that died after it had told the EHR of the end', async () => {
    const [started] = await chart(desk.patient, infusion('started', -60));
    await approve(started!);
    // The EHR takes it, and answers nothing that could be believed: what was sent is kept.
    await desk.ehr.setFaults({ status: 500 });
    await push();
    await desk.ehr.setFaults({});
    const [stopped] = await chart(desk.patient, infusion('stopped', -1));
    const { sent } = await desk.server.context.db
      .selectFrom('projection.posting')
      .where('entry', '=', started!)
      .select('sent')
      .executeTakeFirstOrThrow();
    const [turn] = z.array(z.looseObject({ resourceType: z.string(), id: z.string() })).parse(sent);
    const { effectiveDateTime: start, ...told } = turn!;
    const end = (await stateOf(desk.patient, stopped!))!.body!.effectiveAt;
    await desk.gateway.put({ ...told, status: 'completed', effectivePeriod: { start, end } });
    await push();
    expect((await stateOf(desk.patient, started!))?.state).toBe('posted');
  });

  it('is left as it is where somebody changed it in the EHR, and that is said', async () => {
    const [started] = await chart(desk.patient, infusion('started', -40));
    await approve(started!);
    await push();
    await desk.gateway.put({ ...(await inTheEhr(started!))!, id: started!, status: 'stopped' });
    const [stopped] = await chart(desk.patient, infusion('stopped', -3));
    await approve(stopped!);
    await push();
    expect(await stateOf(desk.patient, stopped!)).toMatchObject({
      state: 'posted',
      stateReason: expect.stringMatching(/still in progress in the EHR.*somebody changed.*by hand/),
    });
    expect(await inTheEhr(started!)).toMatchObject({ status: 'stopped' });
    // Nothing on a finished row brings anybody back to it: the outage is not closed over it without a word.
    const { wards } = await desk.server.context.closing.state(['4-west']);
    expect(wards[0]!.open.find(({ kind }) => kind === 'by-hand')?.what).toContainEqual(
      expect.stringMatching(/still in progress in the EHR.*by hand/),
    );
  });
});
