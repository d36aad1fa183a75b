/** The door of interop: mappings between the ward's record and FHIR R4, both ways. Pure. */
export * from './census.ts';
export * from './same-content.ts';
export { isForTheEhr, noteText, type Outgoing, resourcesFor, type ToFhirContext } from './to-fhir.ts';
