import { sameContent } from '../../interop/index.ts';
import type { FhirGateway, FhirResource } from './gateway.ts';

export type PostResult =
  | { kind: 'posted'; resources: PostedResource[] }
  /** `resources`: what the EHR took before it refused. */
  | { kind: 'refused'; message: string; resources: PostedResource[] }
  | { kind: 'unknown'; reason: string }
  | { kind: 'unreachable'; reason: string };

interface PostedResource {
  type: string;
  id: string;
  versionId?: string;
}

type Sent = FhirResource & { id: string };

/**
 * Puts the resources of one entry into the EHR, each under an id that we chose, so that a repeat creates nothing.
 * Each is looked for first, written if it is not there, and read back: only what reads back as sent counts as posted.
 * May be killed and called again at any point (FAILURES 47 to 51).
 */
export async function postResources(gateway: FhirGateway, resources: readonly Sent[]): Promise<PostResult> {
  const posted: PostedResource[] = [];
  for (const resource of resources) {
    const before = await held(gateway, resource);
    if (before.kind === 'refused') return { ...before, resources: posted };
    if (before.kind === 'unreachable') return before;
    if (before.kind === 'same') {
      posted.push(before.resource);
      continue;
    }
    const put = await gateway.put(resource);
    if (put.kind === 'refused')
      return {
        kind: 'refused',
        message: `The EHR refused ${resource.resourceType}: ${put.message}`,
        resources: posted,
      };
    const after = await held(gateway, resource);
    if (after.kind === 'same') posted.push(after.resource);
    else if (after.kind === 'refused') return { ...after, resources: posted };
    else if (put.kind === 'unknown') return put;
    else return { kind: 'unknown', reason: 'The EHR said that it wrote, and cannot read it back.' };
  }
  return { kind: 'posted', resources: posted };
}

/** Which of these the EHR has under our ids, whatever they say there. Sends nothing. */
export async function findResources(
  gateway: FhirGateway,
  resources: readonly Sent[],
): Promise<{ kind: 'read'; resources: PostedResource[] } | { kind: 'unreachable'; reason: string }> {
  const found: PostedResource[] = [];
  for (const { resourceType, id } of resources) {
    const read = await gateway.read(resourceType, id);
    if (read.kind === 'unreachable') return read;
    if (read.kind !== 'not-found') found.push({ type: resourceType, id });
  }
  return { kind: 'read', resources: found };
}

type Held =
  | { kind: 'same'; resource: PostedResource }
  | { kind: 'absent' }
  | { kind: 'refused'; message: string }
  | { kind: 'unreachable'; reason: string };

async function held(gateway: FhirGateway, sent: Sent): Promise<Held> {
  const read = await gateway.read(sent.resourceType, sent.id);
  switch (read.kind) {
    case 'not-found':
      return { kind: 'absent' };
    case 'unreachable':
      return read;
    case 'refused':
      return { kind: 'refused', message: `The EHR refused to read ${sent.resourceType}: ${read.message}` };
    case 'ok': {
      if (!sameContent(sent, read.resource))
        return {
          kind: 'refused',
          message: `The EHR holds another ${sent.resourceType} under the id of this entry. A person has to look at both.`,
        };
      const meta = read.resource.meta as { versionId?: unknown } | undefined;
      return {
        kind: 'same',
        resource: {
          type: sent.resourceType,
          id: sent.id,
          ...(typeof meta?.versionId === 'string' ? { versionId: meta.versionId } : {}),
        },
      };
    }
  }
}
