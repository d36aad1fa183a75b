import { sameContent } from '../../interop/index.ts';
import type { FhirGateway, FhirResource } from './gateway.ts';

export type PostResult =
  | { kind: 'posted'; resources: { type: string; id: string; versionId?: string }[] }
  | { kind: 'refused'; message: string }
  | { kind: 'unknown'; reason: string }
  | { kind: 'unreachable'; reason: string };

type Sent = FhirResource & { id: string };

/**
 * Puts the resources of one entry into the EHR, each under an id that we chose, so that a repeat creates nothing.
 * Each is looked for first, written if it is not there, and read back: only what reads back as sent counts as posted.
 * May be killed and called again at any point (FAILURES 47 to 51).
 */
export async function postResources(gateway: FhirGateway, resources: readonly Sent[]): Promise<PostResult> {
  const posted: { type: string; id: string; versionId?: string }[] = [];
  for (const resource of resources) {
    const before = await held(gateway, resource);
    if (before.kind === 'refused' || before.kind === 'unreachable') return before;
    if (before.kind === 'same') {
      posted.push(before.resource);
      continue;
    }
    const put = await gateway.put(resource);
    if (put.kind === 'refused')
      return { kind: 'refused', message: `The EHR refused ${resource.resourceType}: ${put.message}` };
    const after = await held(gateway, resource);
    if (after.kind === 'same') posted.push(after.resource);
    else if (after.kind === 'refused') return after;
    else if (put.kind === 'unknown') return put;
    else return { kind: 'unknown', reason: 'The EHR said that it wrote, and cannot read it back.' };
  }
  return { kind: 'posted', resources: posted };
}

type Held =
  | { kind: 'same'; resource: { type: string; id: string; versionId?: string } }
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
