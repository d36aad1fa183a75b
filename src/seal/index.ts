/** The door of the seal room: keys and boxes. No I/O; randomness is WebCrypto's. */
export * from './acknowledgement.ts';
export * from './age-files.ts';
export * from './age-streams.ts';
export * from './box.ts';
export * from './key-grant.ts';
export * from './nesting.ts';
export * from './primitives.ts';
export * from './sealed-entry.ts';
export * from './user-key.ts';
