import type { Alert } from './alerts.ts';
import type { Chart } from './chart/types.ts';
import { tallMan } from './display.ts';
import { shareIngredient } from './ingredients.ts';
import type { SnapshotBan } from './snapshot.ts';

/** The EHR's order not to give a drug, in words without a full stop. */
export const banInWords = ({ medication, reason }: SnapshotBan): string =>
  `${tallMan(medication.text)}${reason === undefined ? '' : `: ${reason}`}`;

/** Orders of the EHR not to give this drug (FHIR R4 `MedicationRequest.doNotPerform`). */
export const notToGiveAlerts = ({ notToGive = [] }: Pick<Chart, 'notToGive'>, medication: string): Alert[] =>
  notToGive
    .filter((ban) => shareIngredient(ban.medication.text, medication))
    .map((ban) => ({
      code: 'not-to-give',
      severity: 'stop-and-think',
      message: `The EHR has an order NOT to give ${banInWords(ban)}.`,
    }));
