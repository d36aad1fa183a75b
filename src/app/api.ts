import type { z } from 'zod';
import { Refusal } from '../wire/workbench.ts';

/** What the server refused, or that it could not be asked; `message` is ready to show. */
export class ApiError extends Error {
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** For the screen: what the server said, or that something else went wrong. */
export const inWords = (error: unknown): string =>
  error instanceof ApiError ? error.message : 'That did not work. Try again.';

let askWho: (() => Promise<boolean>) | undefined;

/** Says how a person is asked who they are, when the server wants to know it again; resolves with whether they showed it. */
export function onConfirmNeeded(ask: (() => Promise<boolean>) | undefined): void {
  askWho = ask;
}

/** A request of the desk's pages. Where the server asks once more who it is, the person is asked, and it is made again. */
export async function request<S extends z.ZodType>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.infer<S>> {
  try {
    return await requestOnce(method, path, schema, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'confirm-needed' || !(await askWho?.())) throw error;
    return requestOnce(method, path, schema, body);
  }
}

/** A same-origin request of the desk's pages, of JSON or a file; the answer is JSON, parsed with its schema. */
async function requestOnce<S extends z.ZodType>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: S,
  body?: unknown,
): Promise<z.infer<S>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(body === undefined
        ? {}
        : body instanceof Blob
          ? { headers: { 'content-type': body.type }, body }
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError('offline', 'The server does not answer. Check the network and try again.');
  }
  const value: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refusal = Refusal.safeParse(value);
    throw refusal.success
      ? new ApiError(refusal.data.error.kind, refusal.data.error.message)
      : new ApiError('fault', 'The server could not do this. Try again.');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new ApiError('garbled', 'The answer is not one of this version of Lamplight. Reload the page.');
  return parsed.data;
}
