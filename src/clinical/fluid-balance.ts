import { Temporal } from 'temporal-polyfill';
import { formatNumber } from './display.ts';
import { type BodyOf, FluidIn, type FluidRoute } from './entries/index.ts';

/** When the ward's day and shifts begin, by the site's clock (scores.md: "day from 06:00 or 00:00"). */
export interface FluidDay {
  /** `HH:MM`, ascending; the first begins the day. */
  shifts: readonly string[];
  timeZone: string;
}

/** By default a day from 06:00, with shifts of eight hours; a ward sets its own. */
export const fluidDay = (
  timeZone: string,
  shifts: readonly string[] = ['06:00', '14:00', '22:00'],
): FluidDay => ({ shifts, timeZone });

export interface FluidTotals {
  inMl: number;
  outMl: number;
  balanceMl: number;
  byRoute: Partial<Record<FluidRoute, number>>;
  /** Routes with something that went in or out and was not measured: the totals are then at least this much. */
  notMeasured: FluidRoute[];
}

interface FluidPeriod {
  from: string;
  to: string;
  totals: FluidTotals;
}

export interface FluidDayTotals extends FluidPeriod {
  shifts: FluidPeriod[];
}

type Fluid = Pick<BodyOf<'fluid-recorded'>, 'route' | 'volumeMl' | 'effectiveAt'>;

export const isFluidIn = (route: FluidRoute): boolean => FluidIn.safeParse(route).success;

/** The sum of what was measured. What was not is named, and never counted as 0. */
export function fluidTotals(fluids: readonly Fluid[]): FluidTotals {
  const byRoute: Partial<Record<FluidRoute, number>> = {};
  const notMeasured = new Set<FluidRoute>();
  let inMl = 0;
  let outMl = 0;
  for (const { route, volumeMl } of fluids) {
    if (volumeMl === undefined) {
      notMeasured.add(route);
      continue;
    }
    byRoute[route] = (byRoute[route] ?? 0) + volumeMl;
    if (isFluidIn(route)) inMl += volumeMl;
    else outMl += volumeMl;
  }
  // Infusions give parts of a millilitre; a tenth is more than anybody measures.
  const tenths = (ml: number): number => Math.round(ml * 10) / 10;
  for (const route of Object.keys(byRoute) as FluidRoute[]) byRoute[route] = tenths(byRoute[route] ?? 0);
  return {
    inMl: tenths(inMl),
    outMl: tenths(outMl),
    balanceMl: tenths(inMl - outMl),
    byRoute,
    notMeasured: [...notMeasured].sort(),
  };
}

/**
 * Totals per day and shift, newest day first, by the time at which things happened. Days with nothing charted are not
 * listed. A day is as long as the clock makes it: 23 or 25 hours at a daylight saving change.
 */
export function fluidBalance(fluids: readonly Fluid[], day: FluidDay): FluidDayTotals[] {
  const byDay = new Map<string, Fluid[]>();
  for (const fluid of fluids) {
    const date = dayOf(fluid.effectiveAt, day).toString();
    byDay.set(date, [...(byDay.get(date) ?? []), fluid]);
  }
  return [...byDay]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([date, own]) => {
      const start = Temporal.PlainDate.from(date);
      const edges = [
        ...day.shifts.map((time) => instantAt(start, time, day.timeZone)),
        instantAt(start.add({ days: 1 }), day.shifts[0]!, day.timeZone),
      ];
      const shifts = edges.slice(0, -1).map((from, at): FluidPeriod => {
        const to = edges[at + 1]!;
        const inside = own.filter(
          ({ effectiveAt }) =>
            Date.parse(effectiveAt) >= Date.parse(from) && Date.parse(effectiveAt) < Date.parse(to),
        );
        return { from, to, totals: fluidTotals(inside) };
      });
      return { from: edges[0]!, to: edges.at(-1)!, totals: fluidTotals(own), shifts };
    });
}

/** The ward's day that a moment belongs to: before its first shift it is still the day before. */
function dayOf(instant: string, { shifts, timeZone }: FluidDay): Temporal.PlainDate {
  const date = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate();
  return Date.parse(instant) < Date.parse(instantAt(date, shifts[0]!, timeZone))
    ? date.subtract({ days: 1 })
    : date;
}

const instantAt = (date: Temporal.PlainDate, time: string, timeZone: string): string =>
  date
    .toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) })
    .toInstant()
    .toString({ fractionalSecondDigits: 3 });

export const FLUID_WORDS: Record<FluidRoute, string> = {
  oral: 'by mouth',
  enteral: 'by feeding tube',
  iv: 'intravenous',
  blood: 'blood products',
  'irrigation-in': 'irrigation in',
  urine: 'urine',
  stool: 'liquid stool',
  vomit: 'vomit',
  gastric: 'gastric tube',
  drain: 'wound drain',
  'chest-drain': 'chest drain',
  'blood-loss': 'blood loss',
  'irrigation-out': 'irrigation out',
};

/** Totals in words, in millilitres: what was not measured makes a sum the least that it was, and the balance not known. */
export function totalsInWords({ inMl, outMl, balanceMl, notMeasured }: FluidTotals) {
  const atLeast = (ml: number, missing: boolean): string =>
    `${missing ? 'at least ' : ''}${formatNumber(ml)}`;
  return {
    in: atLeast(inMl, notMeasured.some(isFluidIn)),
    out: atLeast(
      outMl,
      notMeasured.some((route) => !isFluidIn(route)),
    ),
    balance: `${notMeasured.length > 0 ? 'not known; of what was measured ' : ''}${balanceMl > 0 ? '+' : ''}${formatNumber(balanceMl)}`,
    notMeasured: notMeasured.map((route) => FLUID_WORDS[route]).join(', '),
  };
}

/** More than this in one entry is asked again (codes.md). */
export function fluidAsk(route: FluidRoute, volumeMl: number): string | undefined {
  const most = isFluidIn(route) ? 1500 : route === 'urine' ? 1200 : 2000;
  return volumeMl > most ? `${volumeMl} mL at once is unusual. Is it right?` : undefined;
}
