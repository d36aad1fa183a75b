import {
  type Band,
  type BodyOf,
  type Chart,
  type Charted,
  formatInstant,
  formatTime,
  isMeasured,
  NEWS2_ACKNOWLEDGEMENT,
  NEWS2_BANDS,
  type News2,
  stands,
} from '../../../clinical/index.ts';

type VitalSet = Charted<BodyOf<'vital-signs'>> & { news2: News2 };
type Values = VitalSet['body']['values'];

interface Lane {
  label: string;
  bands: readonly Band[];
  /** What the lane shows; values outside lie on its edge, with their number. */
  from: number;
  to: number;
  value: (values: Values) => number | undefined;
}

const onScale = (scale: 1 | 2) => (values: Values) =>
  values.saturationScale === scale ? values.oxygenSaturation : undefined;

/** In the chart's order. A lane of a saturation scale is drawn only where that scale is in use. */
const LANES: readonly Lane[] = [
  {
    label: 'Respirations',
    bands: NEWS2_BANDS.respirationRate,
    from: 4,
    to: 36,
    value: (values) => values.respirationRate,
  },
  { label: 'SpO₂ scale 1', bands: NEWS2_BANDS.saturationScale1, from: 84, to: 100, value: onScale(1) },
  { label: 'SpO₂ scale 2', bands: NEWS2_BANDS.saturationScale2Oxygen, from: 80, to: 100, value: onScale(2) },
  {
    label: 'Systolic BP',
    bands: NEWS2_BANDS.systolic,
    from: 60,
    to: 240,
    value: (values) => values.systolic,
  },
  { label: 'Pulse', bands: NEWS2_BANDS.pulse, from: 30, to: 160, value: (values) => values.pulse },
  {
    label: 'Temperature',
    bands: NEWS2_BANDS.temperature,
    from: 34,
    to: 40,
    value: (values) => values.temperature,
  },
];

const NOT_TAKEN = 'Not taken';

const WORDS: readonly {
  label: string;
  part: 'supplementalOxygen' | 'consciousness';
  say: (values: Values) => string;
}[] = [
  {
    label: 'Air or oxygen',
    part: 'supplementalOxygen',
    say: ({ oxygenDevice, oxygenFlow }) =>
      oxygenDevice === undefined
        ? NOT_TAKEN
        : oxygenDevice === 'A'
          ? 'Air'
          : `O₂ ${oxygenDevice}${oxygenFlow === undefined ? '' : ` ${oxygenFlow} L`}`,
  },
  {
    label: 'Consciousness',
    part: 'consciousness',
    say: ({ consciousness }) =>
      consciousness === undefined ? NOT_TAKEN : consciousness[0]!.toUpperCase() + consciousness.slice(1),
  },
];

/** What was not taken has no score, and so no colour. */
const bandOf = (score: number | null | undefined): string =>
  typeof score !== 'number' ? 'none' : `var(--band-${score})`;

const LANE_HEIGHT = 120;
const WORD_HEIGHT = 34;
const LEFT = 136;
const STEP = 116;
const TOP = 48;

/** The ward's own drawing of NEWS2: every band and colour, its score in the band too, a gap as a gap. */
export function News2Chart({ sets, timeZone }: { sets: Chart['vitals']; timeZone: string }) {
  const shown = sets
    .filter((set) => stands(set) && isMeasured(set))
    .slice(0, 8)
    .reverse();
  if (shown.length === 0) return null;
  const lanes = LANES.filter(
    (lane) =>
      !lane.label.startsWith('SpO₂') || shown.some((set) => lane.value(set.body.values) !== undefined),
  );
  const wide = shown.length * STEP;
  const wordsTop = TOP + lanes.length * LANE_HEIGHT;
  const totalTop = wordsTop + WORDS.length * WORD_HEIGHT;
  const x = (index: number): number => LEFT + index * STEP + STEP / 2;
  return (
    <figure style={{ margin: 0 }} className="stack">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section style={{ overflowX: 'auto' }} tabIndex={0} aria-label="NEWS2 chart, scrolls sideways">
        <svg
          width={LEFT + wide + 48}
          height={totalTop + 44}
          role="img"
          aria-label={`NEWS2 chart of ${shown.length} sets of observations; the same values stand in the table below`}
          style={{ fontSize: 16 }}
        >
          {shown.map((set, index) => (
            <text key={set.id} x={x(index)} y={18} textAnchor="middle" fill="var(--ink)">
              <tspan>{formatInstant(set.body.effectiveAt, timeZone).slice(0, '24-Nov-2026'.length)}</tspan>
              <tspan x={x(index)} dy={20} fontWeight={700}>
                {formatTime(set.body.effectiveAt, timeZone)}
              </tspan>
            </text>
          ))}
          {lanes.map((lane, row) => (
            <LaneDrawing
              key={lane.label}
              lane={lane}
              top={TOP + row * LANE_HEIGHT}
              wide={wide}
              x={x}
              values={shown.map((set) => lane.value(set.body.values))}
            />
          ))}
          {WORDS.map((word, row) => (
            <g key={word.label}>
              <text x={6} y={wordsTop + row * WORD_HEIGHT + 22} fill="var(--ink)" fontWeight={600}>
                {word.label}
              </text>
              {shown.map((set, index) => (
                <g key={set.id}>
                  <rect
                    x={LEFT + index * STEP}
                    y={wordsTop + row * WORD_HEIGHT}
                    width={STEP}
                    height={WORD_HEIGHT - 4}
                    fill={bandOf(set.news2.parts[word.part])}
                    stroke="var(--line)"
                    strokeWidth={0.5}
                  />
                  <text
                    x={x(index)}
                    y={wordsTop + row * WORD_HEIGHT + 21}
                    textAnchor="middle"
                    fill="var(--ink)"
                  >
                    {word.say(set.body.values)}
                  </text>
                </g>
              ))}
            </g>
          ))}
          <text x={6} y={totalTop + 30} fontWeight={700} fill="var(--ink)">
            NEWS2 total
          </text>
          {shown.map((set, index) => (
            <text
              key={set.id}
              x={x(index)}
              y={totalTop + 32}
              textAnchor="middle"
              fontWeight={700}
              fontSize={24}
              fill="var(--ink)"
            >
              {set.news2.total ?? `≥${set.news2.partial}`}
            </text>
          ))}
        </svg>
      </section>
      <figcaption className="quiet">
        {NEWS2_ACKNOWLEDGEMENT}
        {lanes.some((lane) => lane.label === 'SpO₂ scale 2') &&
          ' Scale 2 is drawn as scored on oxygen; on air, 93 % and above scores 0.'}
      </figcaption>
    </figure>
  );
}

function LaneDrawing({
  lane,
  top,
  wide,
  x,
  values,
}: {
  lane: Lane;
  top: number;
  wide: number;
  x: (index: number) => number;
  values: (number | undefined)[];
}) {
  const height = LANE_HEIGHT - 14;
  const y = (value: number): number =>
    top + height * (1 - (Math.min(lane.to, Math.max(lane.from, value)) - lane.from) / (lane.to - lane.from));
  const bands = lane.bands
    .map((band, index) => ({
      score: band.score,
      from: Math.max(band.from, lane.from),
      to: Math.min(lane.bands[index + 1]?.from ?? lane.to, lane.to),
    }))
    .filter((band) => band.to > band.from);
  return (
    <g>
      <text x={6} y={top + height / 2} fill="var(--ink)" fontWeight={600}>
        {lane.label}
      </text>
      {bands.map((band) => (
        <g key={band.from}>
          <rect
            x={LEFT}
            y={y(band.to)}
            width={wide}
            height={y(band.from) - y(band.to)}
            fill={`var(--band-${band.score})`}
            stroke="var(--line)"
            strokeWidth={0.5}
          />
          <text
            x={LEFT + wide + 8 + (bands.indexOf(band) % 2) * 16}
            y={(y(band.to) + y(band.from)) / 2 + 5}
            fill="var(--quiet)"
            fontSize={16}
          >
            {band.score}
          </text>
        </g>
      ))}
      {values.map((value, index) => {
        const before = values[index - 1];
        if (value === undefined) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place on the time axis
          <g key={index}>
            {before !== undefined && (
              <line
                x1={x(index - 1)}
                y1={y(before)}
                x2={x(index)}
                y2={y(value)}
                stroke="var(--ink)"
                strokeWidth={2}
              />
            )}
            <circle cx={x(index)} cy={y(value)} r={5} fill="var(--ink)" />
            <text
              x={x(index) + 9}
              y={y(value) - 7 < top + 12 ? y(value) + 18 : y(value) - 7}
              fill="var(--ink)"
              fontWeight={600}
            >
              {value}
            </text>
          </g>
        );
      })}
    </g>
  );
}
