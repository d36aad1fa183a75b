import { z } from 'zod';

/** Any FHIR resource, read leniently: real servers leave out and add things. */
export const FhirResource = z.looseObject({ resourceType: z.string(), id: z.string().optional() });
export type FhirResource = z.infer<typeof FhirResource>;
const SearchSet = z.looseObject({
  resourceType: z.literal('Bundle'),
  link: z.array(z.looseObject({ relation: z.string(), url: z.string() })).optional(),
  entry: z.array(z.looseObject({ resource: FhirResource.optional() })).optional(),
});

type ReadResult =
  | { kind: 'ok'; resource: FhirResource }
  | { kind: 'not-found' }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unreachable'; reason: string };
export type SearchResult =
  | { kind: 'ok'; resources: FhirResource[] }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unreachable'; reason: string };
/** `unknown`: sent, and nobody knows whether it was written. Never sent again before a read has settled it (FAILURES 49). */
type PutResult =
  | { kind: 'ok' }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unknown'; reason: string };

export interface FhirGateway {
  read(type: string, id: string): Promise<ReadResult>;
  /**
   * All resources of this type that match, over all pages; a set that is cut short is refused, since what is missing
   * would look like "none". With `most`, the first so many are enough.
   */
  search(
    type: string,
    parameters: Record<string, string>,
    options?: { most?: number },
  ): Promise<SearchResult>;
  /** `ifVersion`: only over this version, where the server looks at it. */
  put(resource: FhirResource & { id: string }, options?: { ifVersion?: string }): Promise<PutResult>;
}

const MOST_PAGES = 20;

/** One FHIR R4 server. Writes are sent once; there is no retry in here. */
export function createFhirGateway(options: {
  baseUrl: string;
  token?: string;
  timeoutMs?: number;
  fetch?: typeof fetch;
}): FhirGateway {
  const request = options.fetch ?? fetch;
  const headers = {
    accept: 'application/fhir+json',
    'content-type': 'application/fhir+json',
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
  };

  async function get(url: string): Promise<ReadResult> {
    let status: number;
    let value: unknown;
    try {
      const response = await request(url, {
        headers,
        // The token goes to the address that was configured, and nowhere else.
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
      });
      status = response.status;
      value = await response.json();
    } catch {
      return { kind: 'unreachable', reason: 'The EHR does not answer.' };
    }
    if (status === 404 || status === 410) return { kind: 'not-found' };
    if (status >= 500 || status === 429)
      return { kind: 'unreachable', reason: `The EHR answers with an error (${status}).` };
    if (status >= 400) return { kind: 'refused', status, message: outcomeText(value) };
    const parsed = FhirResource.safeParse(value);
    return parsed.success
      ? { kind: 'ok', resource: parsed.data }
      : { kind: 'unreachable', reason: 'The EHR answers with something that is not FHIR.' };
  }

  return {
    read: (type, id) => get(`${options.baseUrl}/${type}/${encodeURIComponent(id)}`),

    async search(type, parameters, { most = Number.POSITIVE_INFINITY } = {}) {
      const resources: FhirResource[] = [];
      let url = `${options.baseUrl}/${type}?${new URLSearchParams({ _count: '100', ...parameters })}`;
      for (let page = 0; page < MOST_PAGES; page++) {
        const result = await get(url);
        if (result.kind === 'not-found')
          return { kind: 'refused', status: 404, message: `The EHR has no search for ${type}.` };
        if (result.kind !== 'ok') return result;
        const set = SearchSet.safeParse(result.resource);
        if (!set.success)
          return {
            kind: 'unreachable',
            reason: 'The EHR answers a search with something that is not a search set.',
          };
        // Included resources and an OperationOutcome are no matches.
        resources.push(
          ...(set.data.entry ?? []).flatMap(({ resource }) =>
            resource?.resourceType === type ? [resource] : [],
          ),
        );
        if (resources.length >= most) return { kind: 'ok', resources: resources.slice(0, most) };
        const next = set.data.link?.find((link) => link.relation === 'next')?.url;
        if (next === undefined) return { kind: 'ok', resources };
        const following = URL.parse(next, url);
        // A page on another host would carry our token there.
        if (following?.origin !== new URL(options.baseUrl).origin)
          return {
            kind: 'refused',
            status: 200,
            message: 'The EHR continues its answer at another address.',
          };
        url = following.href;
      }
      return { kind: 'refused', status: 200, message: `The EHR has more of ${type} than can be read.` };
    },

    async put(resource, { ifVersion } = {}) {
      let status: number;
      let value: unknown;
      try {
        const response = await request(
          `${options.baseUrl}/${resource.resourceType}/${encodeURIComponent(resource.id)}`,
          {
            method: 'PUT',
            headers: ifVersion === undefined ? headers : { ...headers, 'if-match': `W/"${ifVersion}"` },
            redirect: 'error',
            body: JSON.stringify(resource),
            signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
          },
        );
        status = response.status;
        value = await response.json().catch(() => undefined);
      } catch {
        return { kind: 'unknown', reason: 'The EHR did not answer to a write.' };
      }
      if (status >= 500 || status === 429 || status === 408)
        return { kind: 'unknown', reason: `The EHR answered a write with an error (${status}).` };
      if (status >= 400) return { kind: 'refused', status, message: outcomeText(value) };
      return FhirResource.safeParse(value).success
        ? { kind: 'ok' }
        : { kind: 'unknown', reason: 'The EHR answered a write with something that is not FHIR.' };
    },
  };
}

const Outcome = z.looseObject({
  issue: z.array(
    z.looseObject({
      diagnostics: z.string().optional(),
      details: z.looseObject({ text: z.string().optional() }).optional(),
    }),
  ),
});

function outcomeText(value: unknown): string {
  const parsed = Outcome.safeParse(value);
  const text = parsed.success
    ? parsed.data.issue
        .map((issue) => issue.details?.text ?? issue.diagnostics ?? '')
        .filter((part) => part !== '')
        .join('; ')
    : '';
  return text === '' ? 'The EHR gave no reason.' : text.slice(0, 500);
}
