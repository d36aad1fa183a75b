// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { DoseFacts } from '../../src/app/tablet/dose/DoseFacts.tsx';
import { OpenAfterDoses } from '../../src/app/tablet/dose/OpenAfterDoses.tsx';
import { Escalations } from '../../src/app/tablet/patient/Escalations.tsx';
import { StateStrip } from '../../src/app/tablet/StateStrip.tsx';
import { UnfinishedOnWard } from '../../src/app/tablet/UnfinishedOnWard.tsx';
import { formatInstant } from '../../src/clinical/index.ts';
import {
  aBoardRow,
  aChart,
  aLamp,
  anOrder,
  aStatus,
  LOG,
  minutesFromNow,
  NURSE,
  PATIENT,
  renderWith,
} from './fake-lamp.tsx';

const ZONE = 'America/Chicago';
/** Two days back: the same hour and minute, and another day. */
const THEN = minutesFromNow(-2 * 1440);
const NOW = minutesFromNow(0);
const ITS_DAY = formatInstant(THEN, ZONE);
const text = (): string => document.body.textContent ?? '';

describe('a time that is not of today says its day', () => {
  it('of the oldest entry that nobody else has', () => {
    const status = aStatus();
    renderWith(
      aLamp(),
      <StateStrip status={{ ...status, counts: { ...status.counts, oldestUnsentAt: THEN } }} />,
    );
    expect(text()).toContain(`on this tablet only, oldest ${ITS_DAY}`);
  });

  it('of what was left half written', async () => {
    const lamp = aLamp();
    lamp.drafts.set(`note:${PATIENT}`, {
      key: `note:${PATIENT}`,
      patient: PATIENT,
      savedAt: THEN,
      content: { text: 'Slept well' },
    });
    renderWith(
      lamp,
      <UnfinishedOnWard
        rows={[aBoardRow()]}
        session={{ staff: NURSE, ward: aStatus().wards[0]! }}
        timeZone={ZONE}
        go={() => undefined}
      />,
    );
    await screen.findByText(/You have an unfinished/);
    expect(text()).toContain(`from ${ITS_DAY}`);
  });

  it('of who was told, and of an effect that nobody looked at', () => {
    const order = anOrder({ text: 'oxycodone 5 mg tablet' });
    const chart = aChart({
      orders: [order],
      afterDoses: {
        reassessments: [
          { administration: `${LOG}-3`, order: order.id, medication: 'oxycodone 5 mg tablet', dueAt: THEN },
        ],
        patchesOn: [],
        said: {},
      },
    });
    chart.care.escalations = [
      {
        about: `${LOG}-4`,
        because: 'NEWS2 7',
        since: THEN,
        state: 'told',
        steps: [
          {
            id: `${LOG}-5`,
            hlc: [1, 0],
            standing: 'current',
            replacedBy: [],
            body: {
              kind: 'escalation-recorded',
              author: NURSE,
              effectiveAt: THEN,
              recordedAt: THEN,
              because: 'NEWS2 7',
              told: 'Dr Bell',
              means: 'telephone',
              answer: 'coming',
            },
          },
        ],
      },
    ];
    renderWith(
      aLamp({ chart }),
      <>
        <Escalations chart={chart} now={NOW} timeZone={ZONE} start={undefined} />
        <OpenAfterDoses chart={chart} now={NOW} timeZone={ZONE} start={undefined} onDone={() => undefined} />
      </>,
    );
    expect(text()).toMatch(new RegExp(`Dr Bell .* ${ITS_DAY}: `));
    expect(text()).toContain(`look ${ITS_DAY}`);
  });

  it('of a dose that is charted already', () => {
    const order = anOrder({ text: 'paracetamol 500 mg tablet' });
    if (order.detail.category !== 'medication') throw new Error('a medication');
    order.administrations = [
      {
        id: `${LOG}-6`,
        hlc: [1, 0],
        standing: 'current',
        replacedBy: [],
        body: {
          kind: 'medication-administration',
          author: NURSE,
          effectiveAt: THEN,
          recordedAt: THEN,
          order: order.id,
          dueAt: THEN,
          medication: order.detail.medication,
          outcome: 'given',
          dose: { value: 500, unit: 'mg' },
          overrides: [],
        },
      },
    ];
    renderWith(
      aLamp(),
      <DoseFacts
        chart={aChart({ orders: [order] })}
        order={order}
        detail={order.detail}
        dueAt={THEN}
        now={NOW}
        timeZone={ZONE}
      />,
    );
    expect(text()).toContain(`Charted already: dose given, ${ITS_DAY} by`);
  });
});
