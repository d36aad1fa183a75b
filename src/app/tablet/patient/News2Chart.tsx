import { type BodyOf, type Chart, type Charted, formatTime, NEWS2_ACKNOWLEDGEMENT, type News2 } from '../../../clinical/index.ts';

type VitalSet = Charted<BodyOf<'vital-signs'>> & { news2: News2 };

/** Parameters in the chart's order, with their ranges and the scores of their bands (RCP 2017, Chart 1). */
const LANES: { label: string; value: (set: VitalSet) => number | undefined; bands: { from: number; to: number; score: number }[] }[] = [
  { label: 'Respirations', value: (set) => set.body.values.respirationRate, bands: [{ from: 4, to: 9, score: 3 }, { from: 9, to: 12, score: 1 }, { from: 12, to: 21, score: 0 }, { from: 21, to: 25, score: 2 }, { from: 25, to: 40, score: 3 }] },
  { label: 'SpO₂ scale 1', value: (set) => (set.body.values.saturationScale === 1 ? set.body.values.oxygenSaturation : undefined), bands: [{ from: 85, to: 92, score: 3 }, { from: 92, to: 94, score: 2 }, { from: 94, to: 96, score: 1 }, { from: 96, to: 101, score: 0 }] },
  { label: 'Systolic BP', value: (set) => set.body.values.systolic, bands: [{ from: 60, to: 91, score: 3 }, { from: 91, to: 101, score: 2 }, { from: 101, to: 111, score: 1 }, { from: 111, to: 220, score: 0 }, { from: 220, to: 250, score: 3 }] },
  { label: 'Pulse', value: (set) => set.body.values.pulse, bands: [{ from: 30, to: 41, score: 3 }, { from: 41, to: 51, score: 1 }, { from: 51, to: 91, score: 0 }, { from: 91, to: 111, score: 1 }, { from: 111, to: 131, score: 2 }, { from: 131, to: 170, score: 3 }] },
  { label: 'Temperature', value: (set) => set.body.values.temperature, bands: [{ from: 34, to: 35.1, score: 3 }, { from: 35.1, to: 36.1, score: 1 }, { from: 36.1, to: 38.1, score: 0 }, { from: 38.1, to: 39.1, score: 1 }, { from: 39.1, to: 41, score: 2 }] },
];

const LANE_HEIGHT = 110;
const LEFT = 130;
const STEP = 92;

/** The ward's own drawing of NEWS2: every band and colour, its score in the band too, a gap as a gap. */
export function News2Chart({ sets, timeZone }: { sets: Chart['vitals']; timeZone: string }) {
  const shown = sets.filter((set) => set.standing === 'current' || set.standing === 'concurrent').slice(0, 10).reverse();
  if (shown.length === 0) return null;
  const width = LEFT + shown.length * STEP + 30;
  const x = (index: number): number => LEFT + index * STEP + STEP / 2;
  return (
    <figure style={{ margin: 0, overflowX: 'auto' }}>
      <svg width={width} height={LANES.length * LANE_HEIGHT + 70} role="img" aria-label={`NEWS2 chart, ${shown.length} sets of observations`} style={{ fontFamily: 'inherit', fontSize: 14 }}>
        {shown.map((set, index) => (
          <text key={set.id} x={x(index)} y={18} textAnchor="middle" fill="var(--ink)">
            {formatTime(set.body.effectiveAt, timeZone)}
          </text>
        ))}
        {LANES.map((lane, row) => {
          const low = lane.bands[0]!.from;
          const high = lane.bands.at(-1)!.to;
          const top = 28 + row * LANE_HEIGHT;
          const y = (value: number): number => top + (LANE_HEIGHT - 14) * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low));
          const points = shown.map((set, index) => ({ index, value: lane.value(set) }));
          return (
            <g key={lane.label}>
              <text x={6} y={top + 50} fill="var(--ink)" fontWeight={600}>
                {lane.label}
              </text>
              {lane.bands.map((band) => (
                <g key={band.from}>
                  <rect x={LEFT} y={y(band.to)} width={shown.length * STEP} height={Math.max(1, y(band.from) - y(band.to))} fill={`var(--band-${band.score})`} stroke="var(--line)" strokeWidth={0.5} />
                  <text x={LEFT + shown.length * STEP + 8} y={(y(band.to) + y(band.from)) / 2 + 4} fill="var(--quiet)" fontSize={11}>
                    {band.score}
                  </text>
                </g>
              ))}
              {points.slice(1).map((point, index) => {
                const before = points[index]!;
                return point.value === undefined || before.value === undefined ? null : <line key={point.index} x1={x(before.index)} y1={y(before.value)} x2={x(point.index)} y2={y(point.value)} stroke="var(--ink)" strokeWidth={2} />;
              })}
              {points.map((point) =>
                point.value === undefined ? null : (
                  <g key={point.index}>
                    <circle cx={x(point.index)} cy={y(point.value)} r={5} fill="var(--ink)" />
                    <text x={x(point.index) + 9} y={y(point.value) - 6} fill="var(--ink)">
                      {point.value}
                    </text>
                  </g>
                ),
              )}
            </g>
          );
        })}
        {shown.map((set, index) => (
          <text key={set.id} x={x(index)} y={LANES.length * LANE_HEIGHT + 52} textAnchor="middle" fontWeight={700} fontSize={20} fill="var(--ink)">
            {set.news2.total ?? `≥${set.news2.partial}`}
          </text>
        ))}
        <text x={6} y={LANES.length * LANE_HEIGHT + 52} fontWeight={700} fill="var(--ink)">
          NEWS2 total
        </text>
      </svg>
      <figcaption className="quiet">
        <small>{NEWS2_ACKNOWLEDGEMENT}</small>
      </figcaption>
    </figure>
  );
}
