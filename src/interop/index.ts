/** The door of interop: mappings between the ward's record and FHIR R4, both ways. Pure. */
export { auditToFhir } from './audit-to-fhir.ts';
export * from './census.ts';
export type { OrderStatus, Outgoing, ToFhirContext } from './fhir-context.ts';
export { orderResourceType, requestStatus } from './orders-to-fhir.ts';
export * from './same-content.ts';
export { isForTheEhr, resourcesFor } from './to-fhir.ts';
