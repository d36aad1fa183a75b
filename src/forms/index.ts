/** The door of the forms room: a hospital's own forms, as FHIR R4 Questionnaires. Pure. */

export * from './form.ts';
export * from './judge.ts';
export {
  brokenConstraints,
  type FormContext,
  type LiveForm,
  liveForm,
  prefill,
} from './live.ts';
export { isOneTapEvent, unitsOf } from './questionnaire.ts';
export * from './sheet.ts';
export * from './sheet-schema.ts';
export * from './trial.ts';
export { type FieldValue, isEmpty, NO_VALUE, unitName } from './values.ts';
