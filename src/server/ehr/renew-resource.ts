import { sameContent } from '../../interop/index.ts';
import type { FhirGateway, FhirResource } from './gateway.ts';

type Sent = FhirResource & { id: string };

export type Renewal =
  | { kind: 'renewed' }
  /** Somebody else has changed it, or the EHR would not: nothing was overwritten, and a person has to look. */
  | { kind: 'left'; message: string }
  | { kind: 'unknown'; reason: string };

/**
 * Tells the EHR what became of a resource of ours since it took it: only the fields in which `now` differs from what it may
 * have been told before, and only where it still holds one of these in them; whatever it added stays. A repeat changes nothing, and an unanswered
 * write is settled by reading (FAILURES 48, 49).
 */
export async function renewResource(
  gateway: FhirGateway,
  { now, before }: { now: Sent; before: readonly Sent[] },
): Promise<Renewal> {
  const fields = [...new Set([...before, now].flatMap((told) => Object.keys(told)))].filter((field) =>
    before.some((was) => JSON.stringify(was[field]) !== JSON.stringify(now[field])),
  );
  if (fields.length === 0) return { kind: 'renewed' };
  const read = await gateway.read(now.resourceType, now.id);
  switch (read.kind) {
    case 'unreachable':
      return { kind: 'unknown', reason: read.reason };
    case 'not-found':
      return { kind: 'left', message: `the EHR has no ${now.resourceType}/${now.id} any more` };
    case 'refused':
      return { kind: 'left', message: read.message };
    case 'ok':
      break;
  }
  const held = read.resource;
  if (says(held, now, fields)) return { kind: 'renewed' };
  if (!before.some((was) => says(held, was, fields)))
    return { kind: 'left', message: `somebody changed ${now.resourceType}/${now.id} in the EHR` };
  const kept = Object.entries(held).filter(([field]) => !fields.includes(field));
  const version = (held.meta as { versionId?: unknown } | undefined)?.versionId;
  const put = await gateway.put(
    { ...Object.fromEntries(kept), ...pick(now, fields), resourceType: now.resourceType, id: now.id },
    typeof version === 'string' ? { ifVersion: version } : {},
  );
  // Somebody wrote in between: it is read and told again with the next push.
  if (put.kind === 'refused' && put.status === 412)
    return { kind: 'unknown', reason: 'The EHR’s record was changed in this moment.' };
  if (put.kind === 'refused') return { kind: 'left', message: put.message };
  const after = await gateway.read(now.resourceType, now.id);
  if (after.kind === 'ok' && says(after.resource, now, fields)) return { kind: 'renewed' };
  return {
    kind: 'unknown',
    reason: put.kind === 'unknown' ? put.reason : 'The EHR said that it wrote, and cannot read it back.',
  };
}

const pick = (resource: FhirResource, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(resource).filter(([field]) => fields.includes(field)));

/** A field that we do not say must not be there either: a time is a moment or a period, never both. */
const says = (held: FhirResource, told: FhirResource, fields: readonly string[]): boolean =>
  sameContent(pick(told, fields), held) && fields.every((field) => field in told || !(field in held));
