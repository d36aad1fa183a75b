/** The door of the log room: entries, their chain and order. Pure; hash and signature functions are handed in. */
export * from './bytes.ts';
export * from './entry.ts';
export * from './hybrid-logical-clock.ts';
export * from './primitives.ts';
export * from './verify.ts';
export * from './version-vector.ts';
