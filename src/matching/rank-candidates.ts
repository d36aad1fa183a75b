import { jaroWinkler } from './jaro-winkler.ts';

/** What a ward would have of a person. */
export interface MatchInput {
  name: { family: string; given: string };
  nameUnknown?: boolean;
  birthDate?: string;
  sex: 'female' | 'male' | 'other' | 'unknown';
  numbers: { kind: 'MR' | 'MRT'; value: string }[];
}

type Verdict = 'agrees' | 'close' | 'differs' | 'missing';

interface MatchReason {
  field: string;
  downtime: string;
  ehr: string;
  verdict: Verdict;
  /** log2 of the likelihood ratio. */
  weight: number;
}

export interface RankedCandidate extends MatchInput {
  ehrPatient: string;
  weight: number;
  probability: number;
  /** Same family name and date of birth, another given name, no number that agrees: a twin looks like this. */
  mayBeTwin: boolean;
  reasons: MatchReason[];
}

/**
 * Fellegi–Sunter (1969): per field and verdict, how often the pair agrees so when it is one person (`m`) and when it
 * is two (`u`). Estimates for hospital registration from the febrl data sets; `missing` says nothing.
 */
const LIKELIHOODS: Record<
  'family' | 'given' | 'birthDate' | 'sex' | 'number',
  Record<Exclude<Verdict, 'missing'>, { m: number; u: number }>
> = {
  family: { agrees: { m: 0.85, u: 0.005 }, close: { m: 0.11, u: 0.01 }, differs: { m: 0.04, u: 0.985 } },
  given: { agrees: { m: 0.8, u: 0.01 }, close: { m: 0.14, u: 0.02 }, differs: { m: 0.06, u: 0.97 } },
  birthDate: {
    agrees: { m: 0.88, u: 0.0002 },
    close: { m: 0.09, u: 0.005 },
    differs: { m: 0.03, u: 0.9948 },
  },
  sex: { agrees: { m: 0.98, u: 0.5 }, close: { m: 0.01, u: 0.01 }, differs: { m: 0.01, u: 0.49 } },
  number: { agrees: { m: 0.95, u: 0.00001 }, close: { m: 0.03, u: 0.001 }, differs: { m: 0.02, u: 0.99899 } },
};

/** A downtime patient is among the inpatients or the known: one in two hundred before anything is compared. */
const PRIOR_LOG2_ODDS = Math.log2(1 / 199);

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');

function weigh(field: keyof typeof LIKELIHOODS, verdict: Verdict): number {
  if (verdict === 'missing') return 0;
  const { m, u } = LIKELIHOODS[field][verdict];
  return Math.log2(m / u);
}

function compareNames(a: string, b: string): Verdict {
  const [x, y] = [fold(a), fold(b)];
  if (x === '' || y === '') return 'missing';
  if (x === y) return 'agrees';
  return jaroWinkler(x, y) >= 0.88 ? 'close' : 'differs';
}

function compareBirthDates(a: string | undefined, b: string | undefined): Verdict {
  if (!a || !b) return 'missing';
  if (a === b) return 'agrees';
  const length = Math.min(a.length, b.length);
  // A date known in part agrees as far as it goes, which proves less.
  if (length < 10) return a.slice(0, length) === b.slice(0, length) ? 'close' : 'differs';
  const [year, month, day] = a.split('-');
  if (b === `${year}-${day}-${month}`) return 'close';
  return isOneSlip(a, b) ? 'close' : 'differs';
}

/** One character mistyped, left out or added, or two neighbours swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

function compareNumbers(
  a: MatchInput['numbers'],
  b: MatchInput['numbers'],
): { verdict: Verdict; left: string; right: string } {
  const left = a.map((number) => number.value.toUpperCase().replace(/[\s-]/g, ''));
  const right = b.map((number) => number.value.toUpperCase().replace(/[\s-]/g, ''));
  const same = left.find((value) => right.includes(value));
  if (same !== undefined) return { verdict: 'agrees', left: same, right: same };
  const near = left.flatMap((value) =>
    right.filter((other) => isOneSlip(value, other)).map((other) => [value, other] as const),
  )[0];
  if (near) return { verdict: 'close', left: near[0], right: near[1] };
  return {
    verdict: left.length === 0 || right.length === 0 ? 'missing' : 'differs',
    left: left.join(' '),
    right: right.join(' '),
  };
}

/** Candidates with the reasons for their score, best first. A person decides, never the number. */
export function rankCandidates(
  downtime: MatchInput,
  candidates: readonly (MatchInput & { ehrPatient: string })[],
): RankedCandidate[] {
  return candidates
    .map((candidate) => score(downtime, candidate))
    .sort((a, b) => b.weight - a.weight || (a.ehrPatient < b.ehrPatient ? -1 : 1));
}

function score(downtime: MatchInput, candidate: MatchInput & { ehrPatient: string }): RankedCandidate {
  const straight = nameReasons(downtime, candidate.name);
  const swapped = nameReasons(downtime, { family: candidate.name.given, given: candidate.name.family }).map(
    (reason) => ({ ...reason, field: `${reason.field} (swapped)`, weight: reason.weight - 1 }),
  );
  const sum = (reasons: MatchReason[]): number => reasons.reduce((total, reason) => total + reason.weight, 0);
  const names = sum(swapped) > sum(straight) ? swapped : straight;

  const birth = compareBirthDates(downtime.birthDate, candidate.birthDate);
  const sex: Verdict =
    downtime.sex === 'unknown' || candidate.sex === 'unknown'
      ? 'missing'
      : downtime.sex === candidate.sex
        ? 'agrees'
        : 'differs';
  const number = compareNumbers(
    downtime.numbers.filter((item) => item.kind === 'MR'),
    candidate.numbers.filter((item) => item.kind === 'MR'),
  );
  const reasons: MatchReason[] = [
    ...names,
    {
      field: 'Date of birth',
      downtime: downtime.birthDate ?? '',
      ehr: candidate.birthDate ?? '',
      verdict: birth,
      weight: weigh('birthDate', birth),
    },
    { field: 'Sex', downtime: downtime.sex, ehr: candidate.sex, verdict: sex, weight: weigh('sex', sex) },
    {
      field: 'EHR number',
      downtime: number.left,
      ehr: number.right,
      verdict: number.verdict,
      weight: weigh('number', number.verdict),
    },
  ];
  const agree = (field: string): Verdict | undefined =>
    reasons.find((reason) => reason.field.startsWith(field))?.verdict;
  const mayBeTwin =
    agree('Given name') === 'differs' &&
    (agree('Family name') === 'agrees' || agree('Family name') === 'close') &&
    birth === 'agrees' &&
    number.verdict !== 'agrees';
  const evidence = sum(reasons);
  // Of twins family name and birthday agree together: they are not two pieces of evidence. Even odds at the most.
  const weight = mayBeTwin ? Math.min(evidence, -PRIOR_LOG2_ODDS) : evidence;
  return {
    ...candidate,
    weight,
    probability: 1 / (1 + 2 ** -(weight + PRIOR_LOG2_ODDS)),
    mayBeTwin,
    reasons,
  };
}

function nameReasons(downtime: MatchInput, name: MatchInput['name']): MatchReason[] {
  const parts = [
    { field: 'Family name', key: 'family' as const },
    { field: 'Given name', key: 'given' as const },
  ];
  return parts.map(({ field, key }) => {
    // A stand-in name says nothing about who it is.
    const verdict = downtime.nameUnknown ? 'missing' : compareNames(downtime.name[key], name[key]);
    return { field, downtime: downtime.name[key], ehr: name[key], verdict, weight: weigh(key, verdict) };
  });
}
