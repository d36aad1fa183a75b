/** The door of matching: who is this downtime patient? Pure. */
export * from './jaro-winkler.ts';
export * from './rank-candidates.ts';
