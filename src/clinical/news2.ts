import type { VitalValues } from './entries/index.ts';

/**
 * NEWS2. Royal College of Physicians, National Early Warning Score 2, London 2017, Charts 1, 2 and 4. The numbers are
 * data, unchanged and not settable by a ward. For people aged 16 and over; never in pregnancy.
 */
export const NEWS2_ACKNOWLEDGEMENT =
  'Reproduced from: Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the assessment of acute-illness severity in the NHS. Updated report of a working party. London: RCP, 2017.';

export type News2Parameter =
  | 'respirationRate'
  | 'oxygenSaturation'
  | 'supplementalOxygen'
  | 'systolic'
  | 'pulse'
  | 'consciousness'
  | 'temperature';

/** In the order of the chart: A+B, C, D, E. */
const NEWS2_PARAMETERS: readonly News2Parameter[] = [
  'respirationRate',
  'oxygenSaturation',
  'supplementalOxygen',
  'systolic',
  'pulse',
  'consciousness',
  'temperature',
];

export type News2Risk = 'low' | 'low-medium' | 'medium' | 'high';

export interface News2 {
  /** The aggregate, 0 to 20, or `null` with a parameter missing: then there is no score. */
  total: number | null;
  /** Sum of what is there: "at least n". */
  partial: number;
  missing: News2Parameter[];
  parts: Record<News2Parameter, number | null>;
  singleThree: boolean;
  /** By what is there: a 3 among the present parameters still triggers. */
  risk: News2Risk;
}

/** A band holds values from `from` up to the next band's `from`. Lowest first. */
export interface Band {
  from: number;
  score: 0 | 1 | 2 | 3;
}

const bands = (...pairs: [from: number, score: Band['score']][]): readonly Band[] =>
  pairs.map(([from, score]) => ({ from, score }));

/** Chart 1. Saturation scale 2 depends on oxygen from 93 % up. */
export const NEWS2_BANDS = {
  respirationRate: bands([0, 3], [9, 1], [12, 0], [21, 2], [25, 3]),
  saturationScale1: bands([0, 3], [92, 2], [94, 1], [96, 0]),
  saturationScale2Air: bands([0, 3], [84, 2], [86, 1], [88, 0]),
  saturationScale2Oxygen: bands([0, 3], [84, 2], [86, 1], [88, 0], [93, 1], [95, 2], [97, 3]),
  systolic: bands([0, 3], [91, 2], [101, 1], [111, 0], [220, 3]),
  pulse: bands([0, 3], [41, 1], [51, 0], [91, 1], [111, 2], [131, 3]),
  temperature: bands([0, 3], [35.1, 1], [36.1, 0], [38.1, 1], [39.1, 2]),
} as const;

function scoreIn(table: readonly Band[], value: number): Band['score'] {
  let score: Band['score'] = table[0]!.score;
  for (const band of table) if (value >= band.from) score = band.score;
  return score;
}

const onOxygen = (values: VitalValues): boolean | undefined =>
  values.oxygenDevice === undefined ? undefined : values.oxygenDevice !== 'A';

function saturationPart(values: VitalValues): number | null {
  const { oxygenSaturation } = values;
  if (oxygenSaturation === undefined) return null;
  if (values.saturationScale === 1) return scoreIn(NEWS2_BANDS.saturationScale1, oxygenSaturation);
  const oxygen = onOxygen(values);
  // From 93 % the two columns differ: without knowing whether oxygen is given there is no part.
  if (oxygen === undefined && oxygenSaturation >= 93) return null;
  return scoreIn(
    oxygen ? NEWS2_BANDS.saturationScale2Oxygen : NEWS2_BANDS.saturationScale2Air,
    oxygenSaturation,
  );
}

const optional = (table: readonly Band[], value: number | undefined): number | null =>
  value === undefined ? null : scoreIn(table, value);

/** Scores one set of observations, as written; nothing is carried over from an earlier set. */
export function scoreNews2(values: VitalValues): News2 {
  const oxygen = onOxygen(values);
  const parts: News2['parts'] = {
    respirationRate: optional(NEWS2_BANDS.respirationRate, values.respirationRate),
    oxygenSaturation: saturationPart(values),
    supplementalOxygen: oxygen === undefined ? null : oxygen ? 2 : 0,
    systolic: optional(NEWS2_BANDS.systolic, values.systolic),
    pulse: optional(NEWS2_BANDS.pulse, values.pulse),
    consciousness: values.consciousness === undefined ? null : values.consciousness === 'alert' ? 0 : 3,
    temperature: optional(NEWS2_BANDS.temperature, values.temperature),
  };
  const missing = NEWS2_PARAMETERS.filter((parameter) => parts[parameter] === null);
  const partial = NEWS2_PARAMETERS.reduce((sum, parameter) => sum + (parts[parameter] ?? 0), 0);
  const singleThree = NEWS2_PARAMETERS.some((parameter) => parts[parameter] === 3);
  return {
    total: missing.length === 0 ? partial : null,
    partial,
    missing,
    parts,
    singleThree,
    risk: riskOf(partial, singleThree),
  };
}

function riskOf(sum: number, singleThree: boolean): News2Risk {
  if (sum >= 7) return 'high';
  if (sum >= 5) return 'medium';
  return singleThree ? 'low-medium' : 'low';
}

/** What the score asks for. Charts 2 and 4; the highest row that applies wins. */
export function news2Response(score: News2): { title: string; response: string; observations: string } {
  switch (score.risk) {
    case 'high':
      return {
        title: 'High risk: emergency response',
        response:
          'Tell the medical team immediately, at least at specialist-registrar level. Emergency assessment by a team with critical-care competence, including airway. Consider level 2 or 3 care; care where there is monitoring.',
        observations: 'Continuous monitoring of vital signs',
      };
    case 'medium':
      return {
        title: 'Medium risk: urgent response',
        response:
          'Tell the medical team immediately. Urgent assessment by a clinician or team with core competence in acute illness. Care where there is monitoring. Think sepsis.',
        observations: 'At least hourly',
      };
    case 'low-medium':
      return {
        title: 'Low to medium risk: a single parameter scores 3',
        response: 'The registered nurse informs the medical team, who review and decide on escalation.',
        observations: 'At least hourly',
      };
    case 'low':
      // What is missing may be high: no risk is called low by what little was measured.
      if (score.total === null)
        return {
          title: 'Not complete: no score yet',
          response: 'Take what is missing.',
          observations: 'Now, for what is missing',
        };
      return score.partial === 0
        ? {
            title: 'Low risk',
            response: 'Continue routine monitoring.',
            observations: 'At least every 12 hours',
          }
        : {
            title: 'Low risk',
            response:
              'Tell the registered nurse, who must assess and decides on more frequent observations or escalation.',
            observations: 'At least every 4 to 6 hours',
          };
  }
}

/** False under 16 years. Without a date of birth the score is shown, and whoever reads it must know the age. */
export function news2Applies(birthDate: string | undefined, at: string): boolean {
  if (birthDate === undefined) return true;
  // A partial date counts from its first day: the earliest that the person can have turned 16.
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  return Date.UTC(year + 16, month - 1, day) <= Date.parse(at);
}

const LABELS: Record<News2Parameter, string> = {
  respirationRate: 'Respiration rate',
  oxygenSaturation: 'Oxygen saturation',
  supplementalOxygen: 'Air or oxygen',
  systolic: 'Systolic blood pressure',
  pulse: 'Pulse',
  consciousness: 'Consciousness',
  temperature: 'Temperature',
};

export const news2Label = (parameter: News2Parameter): string => LABELS[parameter];

const CONSCIOUSNESS = {
  alert: 'Alert',
  confusion: 'New confusion',
  voice: 'Responds to voice',
  pain: 'Responds to pain',
  unresponsive: 'Unresponsive',
} as const;

/** One row per parameter: what was measured, and what it scores. */
export function explainNews2(
  values: VitalValues,
): { parameter: News2Parameter; label: string; value: string; score: number | null }[] {
  const { parts } = scoreNews2(values);
  const oxygen = onOxygen(values);
  const written: Record<News2Parameter, string | undefined> = {
    respirationRate: unit(values.respirationRate, 'per minute'),
    oxygenSaturation: unit(values.oxygenSaturation, `% (scale ${values.saturationScale})`),
    supplementalOxygen: oxygen === undefined ? undefined : oxygen ? oxygenInWords(values) : 'Air',
    systolic: unit(values.systolic, 'mmHg'),
    pulse: unit(values.pulse, 'per minute'),
    consciousness: values.consciousness && CONSCIOUSNESS[values.consciousness],
    temperature: unit(values.temperature, '°C'),
  };
  return NEWS2_PARAMETERS.map((parameter) => ({
    parameter,
    label: LABELS[parameter],
    value: written[parameter] ?? 'Not taken',
    score: parts[parameter],
  }));
}

const oxygenInWords = (values: VitalValues): string =>
  ['Oxygen', values.oxygenDevice, values.oxygenFlow === undefined ? undefined : `${values.oxygenFlow} L/min`]
    .filter((part) => part !== undefined)
    .join(' ');

const unit = (value: number | undefined, text: string): string | undefined =>
  value === undefined ? undefined : `${value} ${text}`;
