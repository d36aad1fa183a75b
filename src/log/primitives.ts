import type { Bytes } from './bytes.ts';

/** The log does no cryptography of its own: whoever uses it hands these in (WebCrypto in `seal`). */
export type Hash = (bytes: Bytes) => Promise<Bytes>;
export type Sign = (bytes: Bytes) => Promise<Bytes>;
/** True when `signature` over `bytes` is the writer's. */
export type Verify = (signature: Bytes, bytes: Bytes) => Promise<boolean>;
