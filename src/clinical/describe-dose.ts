import type { ChartOrder } from './chart/types.ts';
import { formatInstant } from './dates.ts';
import { formatNumber, formatQuantity, formatUnit, tallMan } from './display.ts';
import type {
  AdministrationOutcome,
  BodyOf,
  DrugCount,
  InfusionAction,
  NotGivenReason,
} from './entries/index.ts';
import { VITAL_PARAMETERS } from './range-checks.ts';

export const OUTCOMES: Record<AdministrationOutcome, string> = {
  given: 'Given',
  held: 'Held',
  refused: 'Refused',
  missed: 'Missed',
  unknown: 'Not known whether given',
};

/** The hospital's reasons in words, in the order in which they are offered. */
export const NOT_GIVEN_REASONS: Record<NotGivenReason, string> = {
  'refused-by-patient': 'Refused by patient',
  'nil-by-mouth': 'Nil by mouth',
  'off-the-ward': 'Patient off the ward',
  'drug-not-available': 'Drug not available',
  'held-for-parameter': 'Held for a parameter',
  'held-by-prescriber': 'Held by prescriber',
  'no-access': 'No access (IV lost)',
  'nausea-or-vomiting': 'Nausea or vomiting',
  asleep: 'Asleep',
  allergy: 'Allergy',
  'already-given': 'Duplicate or already given',
  'clinical-judgement': 'Clinical judgement',
  other: 'Other',
};

export const EFFECTS: Record<BodyOf<'dose-reassessed'>['effect'], string> = {
  relieved: 'Relieved',
  'partly-relieved': 'Partly relieved',
  'no-effect': 'No effect',
  asleep: 'Asleep, breathing well',
  'not-assessed': 'Could not be assessed',
};

export const REPEATS: Record<BodyOf<'dose-vomited'>['repeat'], string> = {
  repeat: 'Repeat the dose',
  'do-not-repeat': 'Do not repeat it',
  'ask-prescriber': 'Ask the prescriber',
};

const countInWords = ({ before, wasted, after, unit }: DrugCount): string =>
  `count ${formatNumber(before)} before, ${formatNumber(wasted)} wasted, ${formatNumber(after)} ${unit} after`;

/** How an order ended by somebody's word, and when: beside doses that were due before and are not charted. */
export const endInWords = (
  { changed, stoppedAt }: Pick<ChartOrder, 'changed' | 'stoppedAt'>,
  timeZone: string,
): string =>
  `order ${changed ? 'changed' : 'stopped'}${stoppedAt === undefined ? '' : ` ${formatInstant(stoppedAt, timeZone)}`}`;

const measuredInWords = ({
  measured = [],
}: Pick<BodyOf<'medication-administration'>, 'measured'>): string[] =>
  measured.map(({ parameter, value }) => {
    const { label, unit } = VITAL_PARAMETERS.find(({ name }) => name === parameter)!;
    return `${label} ${value} ${unit}`;
  });

/** Why a dose was not given, or not all of it; held for a parameter: which, and its value (medication.md). */
export function notGivenInWords(
  body: Pick<BodyOf<'medication-administration'>, 'notGivenReason' | 'givenInPart' | 'measured'>,
): string | undefined {
  const reason = body.notGivenReason ?? body.givenInPart;
  if (reason === undefined) return undefined;
  const measured = reason === 'held-for-parameter' ? measuredInWords(body).join(', ') : '';
  return `${NOT_GIVEN_REASONS[reason].toLowerCase()}${measured === '' ? '' : ` (${measured})`}`;
}

/** What was charted of a dose, in one line. */
export function describeDose(body: BodyOf<'medication-administration'>): { title: string; text: string } {
  const why = notGivenInWords(body);
  const said = [
    tallMan(body.medication.text),
    body.dose ? formatQuantity(body.dose) : '',
    body.site ?? '',
    why === undefined ? '' : `${body.notGivenReason ? '' : 'only in part: '}${why}`,
    body.glucose ? `glucose ${formatQuantity(body.glucose)}` : '',
    // Said with the reason already, where it is the reason.
    ...((body.notGivenReason ?? body.givenInPart) === 'held-for-parameter' ? [] : measuredInWords(body)),
    body.lot === undefined ? '' : `lot ${body.lot}`,
    body.second?.count ? countInWords(body.second.count) : '',
    body.second?.missing === undefined ? '' : `without a second person: ${body.second.missing}`,
    body.identified?.whyNotScanned === undefined ? '' : `not scanned: ${body.identified.whyNotScanned}`,
  ].filter((part) => part !== '');
  const more = [
    ...(body.comment ? [body.comment] : []),
    ...body.overrides.map((item) => `Alert: ${item.message} Reason: ${item.reason}`),
  ];
  return {
    title: `Dose ${body.givenInPart ? 'given in part' : OUTCOMES[body.outcome].toLowerCase()}`,
    text: [said.join(' – '), ...more].join('. '),
  };
}

export const INFUSION_ACTIONS: Record<InfusionAction, string> = {
  started: 'Infusion started',
  'rate-changed': 'Rate changed',
  'bag-changed': 'Bag changed',
  paused: 'Infusion paused',
  resumed: 'Infusion resumed',
  stopped: 'Infusion stopped',
};

/** One turn of an infusion, in one line. */
export function describeInfusion(body: BodyOf<'infusion-charted'>): { title: string; text: string } {
  return {
    title: INFUSION_ACTIONS[body.action],
    text: [
      tallMan(body.medication.text),
      body.rateMlPerHour === undefined ? '' : `RATE ${formatNumber(body.rateMlPerHour)} mL/hour`,
      body.doseRate === undefined ? '' : `(${formatUnit(body.doseRate)})`,
      body.bagMl === undefined ? '' : `bag of ${formatNumber(body.bagMl)} mL`,
      body.pumpMl === undefined ? '' : `pump says ${formatNumber(body.pumpMl)} mL given`,
      body.endedEarly === undefined ? '' : `ended early: ${NOT_GIVEN_REASONS[body.endedEarly].toLowerCase()}`,
      body.wastedMl === undefined ? '' : `${formatNumber(body.wastedMl)} mL wasted`,
      body.runningBefore ? 'running since before the outage' : '',
      body.second?.count ? countInWords(body.second.count) : '',
      body.second?.missing === undefined ? '' : `without a second person: ${body.second.missing}`,
      body.reason ?? '',
      body.comment ?? '',
      ...body.overrides.map((item) => `Alert: ${item.message} Reason: ${item.reason}`),
    ]
      .filter((part) => part !== '')
      .join(' – '),
  };
}
