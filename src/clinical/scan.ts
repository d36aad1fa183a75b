import { Temporal } from 'temporal-polyfill';
import type { Alert } from './alerts.ts';
import type { BoardRow, Chart, DueDose } from './chart/types.ts';
import { formatDate } from './dates.ts';
import { tallMan } from './display.ts';
import type { OrderId } from './entries/index.ts';
import { type DrugMatch, type Formulary, type FormularyItem, formularyText, matchDrug } from './formulary.ts';
import { type DrugCode, readDrugCode, readElementString } from './gs1.ts';
import { readDowntimeNumber } from './names.ts';

/** What somebody scanned, as far as this ward can tell. */
export type Scan =
  | { kind: 'patient'; patient: string }
  /** A wristband of nobody here: `number` is what it says. */
  | { kind: 'stranger'; number: string }
  /** Two rows carry this number: a person looks. */
  | { kind: 'several'; patients: string[] }
  | { kind: 'drug'; code: DrugCode }
  | { kind: 'unknown'; text: string };

/** Service relation of a person who is cared for: what GS1 wristbands carry. */
const GSRN_RECIPIENT = '8018';

const folded = (text: string): string => text.toUpperCase().replace(/[\s-]/g, '');

/**
 * A wristband of this ward first: it carries the EHR's number or the downtime number, alone or as a GS1 wristband's
 * relation number. Then a drug.
 */
export function readScan(
  text: string,
  rows: readonly Pick<BoardRow, 'patient' | 'numbers'>[],
  now: string,
): Scan {
  const elements = readElementString(text);
  const plain = text.replace(/^\][A-Za-z][0-9A-Za-z]/, '').trim();
  const number = folded(elements?.values.get(GSRN_RECIPIENT) ?? plain);
  const found = rows.filter((row) => row.numbers.some(({ value }) => folded(value) === number));
  const [one] = found;
  if (one) {
    if (found.length > 1) return { kind: 'several', patients: found.map(({ patient }) => patient) };
    return { kind: 'patient', patient: one.patient };
  }
  // A downtime number has a check character: it is one, of another ward or of somebody who has gone.
  if (readDowntimeNumber(plain) !== null) return { kind: 'stranger', number: plain };
  const code = readDrugCode(text, now);
  if (code && (code.gtin !== undefined || code.ndc !== undefined)) return { kind: 'drug', code };
  if (elements?.values.has(GSRN_RECIPIENT)) return { kind: 'stranger', number };
  return { kind: 'unknown', text: plain.slice(0, 40) };
}

/** A package that was scanned for a dose, beside what is ordered. */
export interface ScannedDrug {
  code: DrugCode;
  item?: FormularyItem;
  /** `unknown`: no formulary here has this code, so the label has to be read. */
  match: DrugMatch | 'unknown';
}

export function scannedDrug(ordered: string, formulary: Formulary, code: DrugCode): ScannedDrug {
  const item = formulary.byCode(code);
  return item ? { code, item, match: matchDrug(ordered, item) } : { code, match: 'unknown' };
}

/** What the scan says against the dose: another drug, another strength, over its date, or not to be told. */
export function scanAlerts(
  ordered: string,
  { code, item, match }: ScannedDrug,
  now: string,
  timeZone: string,
): Alert[] {
  const today = Temporal.Instant.from(now).toZonedDateTimeISO(timeZone).toPlainDate().toString();
  const said = item ? tallMan(formularyText(item)) : '';
  const alerts: Alert[] = [];
  if (match === 'other-drug')
    alerts.push({
      code: 'scan-other-drug',
      severity: 'stop-and-think',
      message: `Scanned: ${said}. Ordered: ${tallMan(ordered)}. This is not the drug that was ordered.`,
    });
  if (match === 'other-strength')
    alerts.push({
      code: 'scan-other-strength',
      severity: 'confirm',
      message: `Scanned: ${said}. Ordered: ${tallMan(ordered)}. The strength differs.`,
      confirm: 'The amount is worked out for this strength',
    });
  if (match === 'unknown')
    alerts.push({
      code: 'scan-unknown',
      severity: 'inform',
      message: `The code ${code.gtin ?? code.ndc ?? ''} is not in the formulary. Read the label: ordered is ${tallMan(ordered)}.`,
    });
  if (code.expiry !== undefined && code.expiry < today)
    alerts.push({
      code: 'scan-expired',
      severity: 'stop-and-think',
      message: `This package expired on ${formatDate(code.expiry)}. Take another one.`,
    });
  if (code.problem !== undefined)
    alerts.push({
      code: 'scan-in-part',
      severity: 'inform',
      message: `Not all of the barcode could be read: ${code.problem}. Read lot and expiry on the label.`,
    });
  return alerts;
}

/**
 * The dose that a scanned package is for: the oldest that is overdue or due, else the next one, else an order as needed.
 * `undefined`: nothing that is ordered here has this drug.
 */
export function doseForScan(
  chart: Pick<Chart, 'orders' | 'dueDoses'>,
  formulary: Formulary,
  code: DrugCode,
): { order: OrderId; dueAt?: string } | undefined {
  const item = formulary.byCode(code);
  if (!item) return undefined;
  const fits = chart.orders.flatMap((order) => {
    if (order.detail.category !== 'medication' || order.state !== 'active') return [];
    const match = matchDrug(order.detail.medication.text, item);
    return match === 'other-drug' ? [] : [{ order, match }];
  });
  // The strength that was ordered before another one of the same drug.
  const best = fits.filter(({ match }) => match === 'same');
  const orders = new Set((best.length > 0 ? best : fits).map(({ order }) => order.id));
  const open = chart.dueDoses
    .filter((dose) => orders.has(dose.order) && dose.administration === undefined)
    .sort((a, b) => rank(a) - rank(b) || Date.parse(a.dueAt) - Date.parse(b.dueAt));
  const [dose] = open;
  if (dose) return { order: dose.order, dueAt: dose.dueAt };
  const asNeeded = fits.find(
    ({ order }) =>
      orders.has(order.id) &&
      order.detail.category === 'medication' &&
      order.detail.schedule.type === 'as-needed',
  );
  return asNeeded && { order: asNeeded.order.id };
}

const rank = ({ state }: DueDose): number => (state === 'overdue' || state === 'due' ? 0 : 1);
