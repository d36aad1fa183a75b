import { z } from 'zod';
import type { MedicationDetail } from './entries/index.ts';
import { ingredientsOf } from './ingredients.ts';

const Minutes = z.number().int().min(5).max(720);

/**
 * What a ward may set about due doses. The defaults are those of medication.md: CMS (42 CFR 482.23(c), State Operations
 * Manual) and ISMP 2011 for scheduled doses; for doses on no repeating schedule project defaults, no publisher's value.
 */
export const MedicationRules = z.object({
  /** Minutes before and after a time-critical dose. */
  timeCriticalMinutes: Minutes,
  /** More often than daily, not more often than every 4 hours. */
  moreThanDailyMinutes: Minutes,
  /** Daily or rarer. */
  dailyMinutes: Minutes,
  /** Minutes after which a STAT dose is overdue. */
  statMinutes: Minutes,
  /** Minutes after which a first, one-time or "now" dose is overdue. */
  onceMinutes: Minutes,
  /** Groups of `TIME_CRITICAL` that count on this ward. */
  timeCritical: z.array(z.string().max(60)).max(40),
  /** Names of further ingredients that are time-critical here. */
  timeCriticalDrugs: z.array(z.string().min(1).max(100)).max(500),
});
export type MedicationRules = z.infer<typeof MedicationRules>;

/**
 * Drugs that ISMP (2011) counts as time-critical, and those that hospitals commonly add (off by default). Members are
 * examples by generic name, not ISMP's text; a ward adds its own.
 */
export const TIME_CRITICAL: Record<string, { says: string; byDefault: boolean; members: readonly string[] }> =
  {
    'mealtime-insulin': {
      says: 'rapid- and short-acting insulin',
      byDefault: true,
      members: ['lispro', 'aspart', 'glulisine', 'regular'],
    },
    opioids: {
      says: 'scheduled opioids',
      byDefault: true,
      members: [
        'morphine',
        'oxycodone',
        'hydrocodone',
        'hydromorphone',
        'oxymorphone',
        'fentanyl',
        'methadone',
        'tapentadol',
        'buprenorphine',
      ],
    },
    immunosuppressants: {
      says: 'immunosuppressants against transplant rejection or for myasthenia gravis',
      byDefault: true,
      members: [
        'tacrolimus',
        'cyclosporine',
        'ciclosporin',
        'mycophenolate',
        'sirolimus',
        'everolimus',
        'azathioprine',
      ],
    },
    antiparkinson: {
      says: 'antiparkinson drugs',
      byDefault: false,
      members: ['levodopa', 'carbidopa', 'entacapone', 'pramipexole', 'ropinirole', 'rasagiline'],
    },
    antiepileptics: {
      says: 'antiepileptic drugs',
      byDefault: false,
      members: [
        'phenytoin',
        'levetiracetam',
        'valproate',
        'carbamazepine',
        'lamotrigine',
        'lacosamide',
        'phenobarbital',
        'topiramate',
      ],
    },
    anticoagulants: {
      says: 'anticoagulants',
      byDefault: false,
      members: ['warfarin', 'heparin', 'enoxaparin', 'dalteparin', 'apixaban', 'rivaroxaban', 'dabigatran'],
    },
    'anti-infectives': {
      says: 'anti-infectives',
      byDefault: false,
      members: [
        'vancomycin',
        'piperacillin',
        'meropenem',
        'cefepime',
        'ceftriaxone',
        'gentamicin',
        'cefazolin',
      ],
    },
  };

export const DEFAULT_RULES: MedicationRules = {
  timeCriticalMinutes: 30,
  moreThanDailyMinutes: 60,
  dailyMinutes: 120,
  statMinutes: 30,
  onceMinutes: 60,
  timeCritical: Object.keys(TIME_CRITICAL).filter((group) => TIME_CRITICAL[group]?.byDefault),
  timeCriticalDrugs: [],
};

type Timed = Pick<MedicationDetail, 'schedule'> &
  Partial<Pick<MedicationDetail, 'medication' | 'startAt' | 'timeCritical'>>;

/** Why a scheduled dose is time-critical, in words; `undefined`: it is not. */
export function whyTimeCritical(order: Timed, rules: MedicationRules = DEFAULT_RULES): string | undefined {
  const { schedule } = order;
  if (order.timeCritical) return 'the prescriber says so';
  if (
    (schedule.type === 'every' && schedule.hours < 4) ||
    (schedule.type === 'times' && schedule.everyDays === 1 && schedule.times.length > 6)
  )
    return 'more often than every 4 hours';
  if (!order.medication) return undefined;
  const drug = ingredientsOf(order.medication.text);
  const group = rules.timeCritical.find((name) =>
    TIME_CRITICAL[name]?.members.some((member) => drug.has(member)),
  );
  if (group !== undefined) return TIME_CRITICAL[group]?.says;
  return rules.timeCriticalDrugs.find((name) => [...ingredientsOf(name)].some((word) => drug.has(word)));
}

/**
 * When a dose counts as on time. A first dose that is due when its order starts is on no schedule yet, so it has no
 * window before it.
 */
export function administrationWindow(
  order: Timed,
  dueAt: string,
  rules: MedicationRules = DEFAULT_RULES,
): { early: string; late: string } {
  const { schedule, startAt } = order;
  const due = Date.parse(dueAt);
  const within = (before: number, after: number) => ({
    early: new Date(due - before * 60_000).toISOString(),
    late: new Date(due + after * 60_000).toISOString(),
  });
  switch (schedule.type) {
    case 'once':
      return within(0, schedule.stat ? rules.statMinutes : rules.onceMinutes);
    case 'every':
    case 'times': {
      if (startAt !== undefined && Date.parse(startAt) === due) return within(0, rules.onceMinutes);
      const minutes =
        whyTimeCritical(order, rules) !== undefined
          ? rules.timeCriticalMinutes
          : isDailyOrRarer(schedule)
            ? rules.dailyMinutes
            : rules.moreThanDailyMinutes;
      return within(minutes, minutes);
    }
    case 'as-needed':
    case 'continuous':
    case 'as-written':
      return within(rules.moreThanDailyMinutes, rules.moreThanDailyMinutes);
  }
}

const isDailyOrRarer = (schedule: Extract<Timed['schedule'], { type: 'every' | 'times' }>): boolean =>
  schedule.type === 'every' ? schedule.hours >= 24 : schedule.everyDays > 1 || schedule.times.length === 1;
