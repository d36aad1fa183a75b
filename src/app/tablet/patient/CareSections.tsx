import { Button } from '@mantine/core';
import {
  ageInMonths,
  type Chart,
  DEVICES,
  describeEntry,
  formatAgo,
  formatInstant,
  formatNumber,
  LICENSED_TOOLS,
  mostAgeInYears,
  screensFor,
  stands,
  urineOutput,
} from '../../../clinical/index.ts';
import type { Task } from './tasks.ts';

interface Props {
  chart: Chart;
  timeZone: string;
  now: string;
  start: ((task: Task) => void) | undefined;
}

/** What is in place, for how long, and when somebody looked at it last. */
export function Devices({ chart, timeZone, now, start }: Props) {
  const { devices } = chart.care;
  return (
    <section className="card stack" aria-label="Lines, tubes and drains">
      <div className="row between">
        <h2>Lines, tubes and drains</h2>
        {start && <Button onClick={() => start({ do: 'device', action: 'inserted' })}>Record device</Button>}
      </div>
      {devices.length === 0 && <p className="quiet">Nothing was charted during this downtime.</p>}
      {devices.map((device) => {
        const { body } = device.first;
        const look = device.looks.at(-1);
        const name = `${DEVICES[body.device]}${body.site ? `, ${body.site}` : ''}`;
        return (
          <div key={device.first.id} className="row between">
            <span className={device.removed ? 'struck' : ''}>
              <strong>{name}</strong> {body.size ?? ''} · {body.action === 'found' ? 'found' : 'put in'}{' '}
              {formatInstant(body.effectiveAt, timeZone)} ({formatAgo(body.effectiveAt, now)})
              {look &&
                ` · looked at ${formatAgo(look.body.effectiveAt, now)}${look.body.finding ? `: ${look.body.finding}` : ''}`}
              {device.removed && ` · taken out ${formatInstant(device.removed.body.effectiveAt, timeZone)}`}
            </span>
            {start && !device.removed && (
              <span className="row">
                <Button
                  variant="default"
                  aria-label={`Look at ${name}`}
                  onClick={() => start({ do: 'device', action: 'checked', device })}
                >
                  Look
                </Button>
                <Button
                  variant="default"
                  aria-label={`Take out ${name}`}
                  onClick={() => start({ do: 'device', action: 'removed', device })}
                >
                  Take out
                </Button>
              </span>
            )}
          </div>
        );
      })}
    </section>
  );
}

/** Skin, falls, delirium, sepsis: the screens that may be used for this person here. */
export function Screens({ chart, timeZone, now, start }: Props) {
  const { care, identity, settings } = chart;
  const pregnant =
    care.pregnancy !== undefined && !['not-pregnant', 'not-known'].includes(care.pregnancy.body.status);
  const tables = screensFor(
    {
      ageYears: mostAgeInYears(identity.birthDate, now),
      ageMonths: ageInMonths(identity.birthDate, now),
      pregnant,
    },
    settings.signedScreens,
  );
  return (
    <section className="card stack" aria-label="Screens">
      <div className="row between">
        <h2>Screens</h2>
        {start && identity.sex !== 'male' && (
          <Button variant="default" onClick={() => start({ do: 'pregnancy' })}>
            Pregnancy{care.pregnancy ? `: ${describeEntry(care.pregnancy.body).text}` : ''}
          </Button>
        )}
      </div>
      {start && (
        <div className="row">
          {tables.map(({ id, title }) => (
            <Button key={id} variant="default" onClick={() => start({ do: 'screen', screen: id })}>
              {title}
            </Button>
          ))}
        </div>
      )}
      {start && (
        <details>
          <summary>Totals of licensed tools</summary>
          <div className="row">
            {LICENSED_TOOLS.map(({ id, title }) => (
              <Button key={id} variant="default" onClick={() => start({ do: 'screen', screen: id })}>
                {title}
              </Button>
            ))}
          </div>
        </details>
      )}
      {care.screens.map((entry) => {
        const { title, text } = describeEntry(entry.body);
        return (
          <p key={entry.id} className={stands(entry) ? '' : 'struck'}>
            <span className="quiet">{formatInstant(entry.body.effectiveAt, timeZone)}</span>{' '}
            <strong>{title}</strong> {text} <span className="quiet">{entry.body.author.name}</span>
          </p>
        );
      })}
    </section>
  );
}

/** Urine by weight, and an alert when it is too little for six hours. */
export function Urine({ chart }: { chart: Chart }) {
  const urine = urineOutput(chart);
  if (!urine) return null;
  const none = urine.low && urine.noneForHours;
  return (
    <p className={urine.low ? 'notice stop' : 'quiet'} role={urine.low ? 'alert' : undefined}>
      {urine.low
        ? `▲ ${none ? `No urine for ${formatNumber(none)} hours` : 'Too little urine'}: tell the medical team. `
        : ''}
      Urine {formatNumber(urine.latest)} mL/kg/hour over the last {formatNumber(urine.hours)} hours
      {urine.mean === undefined ? '' : `, ${formatNumber(urine.mean)} on average over 6 hours or more`} (
      {urine.weightKg === undefined ? 'not weighed' : `weight ${formatNumber(urine.weightKg)} kg`}).
    </p>
  );
}
