/** The door of the site room: who and what belongs to this hospital. Pure. */
export * from './audit.ts';
export * from './check-code.ts';
export * from './closing.ts';
export * from './directory.ts';
export * from './hub.ts';
export * from './moved-record.ts';
export * from './roster.ts';
export * from './rotation.ts';
export * from './scope.ts';
export * from './site-data.ts';
export * from './snapshot-list.ts';
export * from './statements.ts';
export * from './ward-entry.ts';
export * from './ward-lists.ts';
