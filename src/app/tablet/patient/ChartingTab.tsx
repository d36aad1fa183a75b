import { Button } from '@mantine/core';
import {
  type BodyOf,
  type Chart,
  type Charted,
  describeEntry,
  type FluidTotals,
  fluidBalance,
  fluidDay,
  formatInstant,
  formatTime,
  infusionFluids,
  inWardUnit,
  type MeasurementKind,
  stands,
  totalsInWords,
} from '../../../clinical/index.ts';
import { Sideways } from '../../Sideways.tsx';
import { Devices, Screens, Urine } from './CareSections.tsx';
import type { Task } from './tasks.ts';

type Measurement = Charted<BodyOf<MeasurementKind>>;

const ofKind = <K extends MeasurementKind>(chart: Chart, kind: K): Charted<BodyOf<K>>[] =>
  chart.measurements.filter((one): one is Charted<BodyOf<K>> => one.body.kind === kind);

const SECTIONS: readonly { kind: MeasurementKind; title: string; record: string }[] = [
  { kind: 'glucose-measured', title: 'Blood glucose', record: 'Record glucose' },
  { kind: 'pain-assessed', title: 'Pain', record: 'Record pain' },
  { kind: 'gcs-assessed', title: 'Consciousness and pupils', record: 'Record coma scale' },
  { kind: 'body-measured', title: 'Weight and height', record: 'Record weight' },
];

/** Fluids with their balance, glucose, pain, consciousness, weight. */
export function ChartingTab({
  chart,
  timeZone,
  now,
  start,
}: {
  chart: Chart;
  timeZone: string;
  now: string;
  start: ((task: Task) => void) | undefined;
}) {
  const record = (kind: MeasurementKind, label: string) =>
    start && <Button onClick={() => start({ do: 'measure', what: kind })}>{label}</Button>;
  const fluids = ofKind(chart, 'fluid-recorded');
  return (
    <div className="stack">
      <section className="card stack" aria-label="Fluid balance">
        <div className="row between">
          <h2>Fluid balance</h2>
          {record('fluid-recorded', 'Record fluid')}
        </div>
        <Balance
          fluids={[
            ...fluids.filter(stands).map(({ body }) => body),
            ...infusionFluids(chart.infusions, chart.now),
          ]}
          timeZone={timeZone}
          shifts={chart.settings.fluidShifts}
        />
        <Urine chart={chart} />
        {chart.infusions.length > 0 && (
          <p className="quiet">What infusions gave is counted as intravenous, by rate and pump.</p>
        )}
        <Values all={fluids} chart={chart} timeZone={timeZone} start={start} />
      </section>
      {SECTIONS.map(({ kind, title, record: label }) => (
        <section key={kind} className="card stack" aria-label={title}>
          <div className="row between">
            <h2>{title}</h2>
            {record(kind, label)}
          </div>
          <Values all={ofKind(chart, kind)} chart={chart} timeZone={timeZone} start={start} />
        </section>
      ))}
      <Devices chart={chart} timeZone={timeZone} now={now} start={start} />
      <Screens chart={chart} timeZone={timeZone} now={now} start={start} />
    </div>
  );
}

function Balance({
  fluids,
  timeZone,
  shifts,
}: {
  fluids: Parameters<typeof fluidBalance>[0];
  timeZone: string;
  shifts: readonly string[];
}) {
  const days = fluidBalance(fluids, fluidDay(timeZone, shifts));
  if (days.length === 0) return <p>No fluids were charted during this downtime.</p>;
  return (
    <Sideways label="Fluid balance, scrolls sideways">
      <table className="facts">
        <thead>
          <tr>
            <th>Period</th>
            <th>In (mL)</th>
            <th>Out (mL)</th>
            <th>Balance (mL)</th>
            <th>Not measured</th>
          </tr>
        </thead>
        <tbody>
          {days.flatMap((day) => [
            <Totals
              key={day.from}
              name={`Day from ${formatInstant(day.from, timeZone)}`}
              totals={day.totals}
            />,
            ...day.shifts.map((shift) => (
              <Totals
                key={`shift ${shift.from}`}
                name={`${formatTime(shift.from, timeZone)} to ${formatTime(shift.to, timeZone)}`}
                totals={shift.totals}
              />
            )),
          ])}
        </tbody>
      </table>
    </Sideways>
  );
}

function Totals({ name, totals }: { name: string; totals: FluidTotals }) {
  const empty = Object.keys(totals.byRoute).length + totals.notMeasured.length === 0;
  const said = totalsInWords(totals);
  if (empty)
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={4}>Nothing charted</td>
      </tr>
    );
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{said.in}</td>
      <td>{said.out}</td>
      <td>{said.balance}</td>
      <td>{said.notMeasured}</td>
    </tr>
  );
}

/** The newest first; what was corrected stays, struck through. */
function Values({
  all,
  chart,
  timeZone,
  start,
}: {
  all: readonly Measurement[];
  chart: Chart;
  timeZone: string;
  start: ((task: Task) => void) | undefined;
}) {
  if (all.length === 0) return <p className="quiet">Nothing was charted during this downtime.</p>;
  return (
    <Sideways label="Charted values, scrolls sideways">
      <table className="facts">
        <tbody>
          {all.map((one) => {
            const { title, text } = describeEntry(one.body);
            const converted =
              one.body.kind === 'glucose-measured'
                ? inWardUnit(one.body, chart.settings.glucoseUnit)
                : undefined;
            const at = formatInstant(one.body.effectiveAt, timeZone);
            return (
              <tr key={one.id} className={stands(one) ? '' : 'struck'}>
                <th scope="row">{at}</th>
                <td>
                  {text}
                  {converted && <div className="quiet">{converted}</div>}
                </td>
                <td>{one.body.author.name}</td>
                <td>
                  {start && stands(one) && (
                    <Button
                      variant="default"
                      aria-label={`Correct ${title} of ${at}`}
                      onClick={() => start({ do: 'measure', what: one.body.kind, amend: one })}
                    >
                      Correct
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Sideways>
  );
}
