/** The door of the sync room: moving entries between replicas. Knows storage only as a `Store` and a `Ledger`. */
export * from './backoff.ts';
export * from './carrier.ts';
export * from './exchange.ts';
export * from './export-lines.ts';
export * from './file.ts';
export * from './file-format.ts';
export * from './forget.ts';
export * from './frames.ts';
export * from './http-carrier.ts';
export * from './import-file.ts';
export * from './messages.ts';
export * from './peer-loop.ts';
export * from './qr.ts';
export * from './qr-frames.ts';
export * from './receive.ts';
export * from './respond.ts';
export * from './statement.ts';
