import type { AnyResource } from './demo-data.ts';

/** The library's in-memory search finds nothing by `identifier`; a real EHR does, so the demo EHR has an index. */
export function createIdentifierIndex() {
  const ids = new Map<string, Map<string, AnyResource>>();

  const identifiersOf = (resource: AnyResource): { system?: string; value?: string }[] =>
    Array.isArray(resource.identifier) ? resource.identifier : [];

  return {
    add(resource: AnyResource): void {
      for (const { value } of identifiersOf(resource)) {
        if (value === undefined) continue;
        const key = `${resource.resourceType} ${value}`;
        const same = ids.get(key) ?? new Map<string, AnyResource>();
        ids.set(key, same.set(resource.id, resource));
      }
    },

    /** `token` is FHIR's `system|value` or `value`; `patient`, where given, a reference. */
    find(type: string, token: string, patient: string | null): AnyResource[] {
      const bar = token.lastIndexOf('|');
      const system = bar < 0 ? undefined : token.slice(0, bar);
      const value = token.slice(bar + 1);
      return [...(ids.get(`${type} ${value}`)?.values() ?? [])].filter(
        (resource) =>
          identifiersOf(resource).some(
            (own) => own.value === value && (system === undefined || own.system === system),
          ) &&
          (patient === null || patientOf(resource) === patient),
      );
    },
  };
}

/** The patient that a resource is about, as a reference. */
export const patientOf = (resource: AnyResource): string | undefined =>
  ((resource.subject ?? resource.patient ?? resource.for) as { reference?: string } | undefined)?.reference;
