import admissionNursingAssessment from './shipped/admission-nursing-assessment.json' with { type: 'json' };
import againstMedicalAdvice from './shipped/against-medical-advice.json' with { type: 'json' };
import bloodTransfusionRecord from './shipped/blood-transfusion-record.json' with { type: 'json' };
import consentRecord from './shipped/consent-record.json' with { type: 'json' };
import deathRecord from './shipped/death-record.json' with { type: 'json' };
import dialysisRunSheet from './shipped/dialysis-run-sheet.json' with { type: 'json' };
import dischargeInstructions from './shipped/discharge-instructions.json' with { type: 'json' };
import emergencyTriage from './shipped/emergency-triage.json' with { type: 'json' };
import fallEvent from './shipped/fall-event.json' with { type: 'json' };
import historyAndPhysical from './shipped/history-and-physical.json' with { type: 'json' };
import linesDrainsAirways from './shipped/lines-drains-airways.json' with { type: 'json' };
import painReassessment from './shipped/pain-reassessment.json' with { type: 'json' };
import preOperativeChecklist from './shipped/pre-operative-checklist.json' with { type: 'json' };
import procedureNote from './shipped/procedure-note.json' with { type: 'json' };
import restraintMonitoring from './shipped/restraint-monitoring.json' with { type: 'json' };
import resuscitationRecord from './shipped/resuscitation-record.json' with { type: 'json' };
import sepsisTimes from './shipped/sepsis-times.json' with { type: 'json' };
import specimenCollection from './shipped/specimen-collection.json' with { type: 'json' };
import strokeAssessment from './shipped/stroke-assessment.json' with { type: 'json' };
import telephoneResult from './shipped/telephone-result.json' with { type: 'json' };
import transferToFacility from './shipped/transfer-to-facility.json' with { type: 'json' };
import valuablesAndBelongings from './shipped/valuables-and-belongings.json' with { type: 'json' };
import woundAndSkin from './shipped/wound-and-skin.json' with { type: 'json' };

/**
 * Downtime forms that come with Lamplight (forms.md): FHIR R4 Questionnaires, ours in wording. What is somebody else's is
 * named in the form's copyright; scales that may not be reproduced are asked for by name and total alone. A form that the
 * hospital publishes under the same id takes its place.
 */
export const SHIPPED_FORMS: readonly unknown[] = [
  admissionNursingAssessment,
  againstMedicalAdvice,
  bloodTransfusionRecord,
  consentRecord,
  deathRecord,
  dialysisRunSheet,
  dischargeInstructions,
  emergencyTriage,
  fallEvent,
  historyAndPhysical,
  linesDrainsAirways,
  painReassessment,
  preOperativeChecklist,
  procedureNote,
  restraintMonitoring,
  resuscitationRecord,
  sepsisTimes,
  specimenCollection,
  strokeAssessment,
  telephoneResult,
  transferToFacility,
  valuablesAndBelongings,
  woundAndSkin,
];
