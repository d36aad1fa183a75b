/** The door of the clinical room: what a ward knows. Pure; takes the clock as an argument. */

export * from './alerts.ts';
export * from './chart/after-doses.ts';
export * from './chart/as-needed.ts';
export * from './chart/belief.ts';
export * from './chart/fold.ts';
export type { Infusion } from './chart/infusions.ts';
export * from './chart/last-given.ts';
export { bedWords, carriedSnapshot } from './chart/moves.ts';
export * from './chart/settle.ts';
export * from './chart/standing.ts';
export * from './chart/types.ts';
export * from './chart/ward-conflicts.ts';
export * from './describe-dose.ts';
export * from './describe-entry.ts';
export * from './display.ts';
export { lastMeasured, limitInWords, type Measured } from './dose-checks.ts';
export * from './doses.ts';
export * from './effective-time.ts';
export * from './entries/index.ts';
export * from './kinds-of-drug.ts';
export * from './medication-rules.ts';
export * from './names.ts';
export * from './news2.ts';
export * from './permissions.ts';
export * from './range-checks.ts';
export * from './snapshot.ts';
