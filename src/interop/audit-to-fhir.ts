import type { Coding, AuditEvent as FhirAuditEvent } from '@medplum/fhirtypes';

/** One event of the audit trail, as much of it as FHIR has a place for. */
export interface AuditedEvent {
  /** The entry that says it. */
  entry: string;
  at: string;
  what: string;
  staff?: { id: string; name: string; role: string } | undefined;
  patient?: string | undefined;
  /** The EHR's id of the patient, where it is known. */
  ehrPatient?: string | undefined;
  device: string;
  detail?: string | undefined;
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const REST = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';

const login = (code: string, display: string): { type: Coding; subtype: Coding } => ({
  type: { system: DCM, code: '110114', display: 'User Authentication' },
  subtype: { system: DCM, code, display },
});
const rest = (code: 'read' | 'search' | 'update'): { type: Coding; subtype: Coding } => ({
  type: { system: REST, code: 'rest', display: 'Restful Operation' },
  subtype: { system: INTERACTION, code, display: code },
});
const dicom = (code: string, display: string): { type: Coding } => ({ type: { system: DCM, code, display } });

/** IHE Basic Audit Log Patterns where it has one (reading a patient's record), DICOM PS3.15 A.5 for the rest. */
const TYPES: Record<string, { type: Coding; subtype?: Coding; action: 'C' | 'R' | 'U' | 'D' | 'E' }> = {
  unlock: { ...login('110122', 'Login'), action: 'E' },
  'sign-in': { ...login('110122', 'Login'), action: 'E' },
  'unlock-failed': { ...login('110122', 'Login'), action: 'E' },
  'sign-in-failed': { ...login('110122', 'Login'), action: 'E' },
  'chart-opened': { ...rest('read'), action: 'R' },
  'review-opened': { ...rest('read'), action: 'R' },
  'emergency-access': {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110127', display: 'Emergency Override Started' },
    action: 'E',
  },
  enrolled: {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
    action: 'C',
  },
  revoked: {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
    action: 'U',
  },
  'sign-in-changed': {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
    action: 'U',
  },
  export: { ...dicom('110106', 'Export'), action: 'R' },
  'wipe-ordered': {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
    action: 'D',
  },
  wiped: {
    type: { system: DCM, code: '110113', display: 'Security Alert' },
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
    action: 'D',
  },
  'records-shown': { ...dicom('110106', 'Export'), action: 'R' },
  // A paper leaves the system as a file does.
  printed: { ...dicom('110106', 'Export'), action: 'R' },
  import: { ...dicom('110107', 'Import'), action: 'C' },
  match: { ...rest('update'), action: 'U' },
  decide: { ...rest('update'), action: 'U' },
  push: { ...dicom('110106', 'Export'), action: 'E' },
  'outage-closed': { ...rest('update'), action: 'U' },
  purged: { ...rest('update'), action: 'D' },
};

/** FHIR R4 AuditEvent. Conforms to IHE BALP `PatientRead` where somebody read a patient's record. */
export function auditToFhir(event: AuditedEvent, site: string): FhirAuditEvent {
  const { type, subtype, action } = TYPES[event.what] ?? { ...rest('read'), action: 'E' as const };
  const failed = event.what.endsWith('-failed');
  const reads = event.what === 'chart-opened' || event.what === 'review-opened';
  return {
    resourceType: 'AuditEvent',
    ...(reads
      ? {
          meta: {
            profile: ['https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead'],
          },
        }
      : {}),
    type,
    ...(subtype ? { subtype: [subtype] } : {}),
    action,
    recorded: event.at,
    outcome: failed ? '4' : '0',
    ...(event.detail === undefined ? {} : { outcomeDesc: event.detail }),
    agent: [
      {
        type: {
          coding: [
            {
              system: 'http://dicom.nema.org/resources/ontology/DCM',
              code: '110153',
              display: 'Source Role ID',
            },
          ],
        },
        who: { display: event.device },
        requestor: false,
      },
      {
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
              code: 'IRCP',
              display: 'information recipient',
            },
          ],
        },
        who: {
          ...(event.staff ? { identifier: { system: 'urn:lamplight:staff', value: event.staff.id } } : {}),
          display: event.staff ? `${event.staff.name}, ${event.staff.role}` : 'not on the staff list',
        },
        requestor: true,
      },
    ],
    source: {
      site,
      observer: { display: event.device },
      type: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/security-source-type',
          code: '4',
          display: 'Application Server',
        },
      ],
    },
    entity: [
      ...(event.patient === undefined
        ? []
        : [
            {
              what: {
                ...(event.ehrPatient === undefined ? {} : { reference: `Patient/${event.ehrPatient}` }),
                identifier: { system: 'urn:lamplight:patient', value: event.patient },
              },
              type: {
                system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
                code: '1',
                display: 'Person',
              },
              role: {
                system: 'http://terminology.hl7.org/CodeSystem/object-role',
                code: '1',
                display: 'Patient',
              },
            },
          ]),
      {
        what: { identifier: { system: 'urn:lamplight:entry', value: event.entry } },
        type: {
          system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
          code: '2',
          display: 'System Object',
        },
      },
    ],
  };
}
