import type { Chart } from './chart/types.ts';
import { administrationWindow } from './doses.ts';
import type { OrderDetail, OrderId } from './entries/index.ts';

/** `stop-and-think` is charted over only with a reason, which is kept; `inform` is shown. */
export interface Alert {
  code: 'allergy' | 'allergy-class' | 'already-charted' | 'too-soon' | 'most-per-day' | 'order-stopped' | 'early' | 'late' | 'duplicate-order' | 'allergies-not-known' | 'order-incomplete';
  severity: 'stop-and-think' | 'inform';
  message: string;
}

const HOUR_MS = 3_600_000;

/**
 * Classes in which a reaction to one member counts for the others. Members by generic name as the FDA lists them;
 * a hospital's formulary replaces this short table.
 */
const ALLERGY_CLASSES: readonly { name: string; says: readonly string[]; members: readonly string[] }[] = [
  { name: 'penicillins', says: ['penicillin', 'penicillins'], members: ['penicillin', 'amoxicillin', 'ampicillin', 'piperacillin', 'flucloxacillin', 'nafcillin', 'oxacillin', 'dicloxacillin'] },
  { name: 'cephalosporins', says: ['cephalosporin', 'cephalosporins'], members: ['cefazolin', 'ceftriaxone', 'cefepime', 'cefuroxime', 'cephalexin', 'cefalexin', 'cefotaxime', 'ceftazidime'] },
  { name: 'sulfonamide antibiotics', says: ['sulfa', 'sulfonamide', 'sulfonamides'], members: ['sulfamethoxazole', 'sulfadiazine', 'sulfisoxazole'] },
  { name: 'nonsteroidal anti-inflammatory drugs', says: ['nsaid', 'nsaids'], members: ['aspirin', 'ibuprofen', 'naproxen', 'ketorolac', 'diclofenac', 'indomethacin', 'celecoxib', 'meloxicam'] },
  { name: 'opioids', says: ['opioid', 'opioids', 'opiate', 'opiates'], members: ['morphine', 'codeine', 'hydrocodone', 'oxycodone', 'hydromorphone', 'fentanyl', 'tramadol'] },
];

/** Words of a drug or substance name that can name an ingredient: letters only, four or more. */
const ingredients = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z]{4,}/g)?.filter((word) => !NOT_INGREDIENTS.has(word)) ?? []);

const NOT_INGREDIENTS = new Set('oral tablet capsule solution injection injectable hour release extended delayed film coated suspension sodium potassium chloride hydrochloride sulfate topical cream dose inhaler pack actuat allergy with drug product containing'.split(' '));

function allergyAlerts(chart: Chart, medication: string): Alert[] {
  const drug = ingredients(medication);
  const alerts: Alert[] = [];
  for (const allergy of chart.allergies.list) {
    const substance = ingredients(allergy.substance.text);
    const reaction = allergy.reaction ? ` (${allergy.reaction})` : '';
    if ([...substance].some((word) => drug.has(word))) {
      alerts.push({ code: 'allergy', severity: 'stop-and-think', message: `Allergy on record: ${allergy.substance.text}${reaction}.` });
      continue;
    }
    const shared = ALLERGY_CLASSES.find(
      ({ says, members }) => members.some((member) => drug.has(member)) && [...says, ...members].some((word) => substance.has(word)),
    );
    if (shared) alerts.push({ code: 'allergy-class', severity: 'stop-and-think', message: `Allergy on record: ${allergy.substance.text}${reaction}. This drug is of the same class (${shared.name}).` });
  }
  if (chart.allergies.status === 'unavailable') alerts.push({ code: 'allergies-not-known', severity: 'inform', message: 'Allergies could not be read on this tablet. Ask the patient.' });
  if (chart.allergies.status === 'notasked') alerts.push({ code: 'allergies-not-known', severity: 'inform', message: 'Allergies are not recorded. Ask the patient.' });
  return alerts;
}

/** What to think about before charting a dose as given. `at`: when it is given. */
export function administrationAlerts(chart: Chart, dose: { order: OrderId; dueAt?: string; at: string }): Alert[] {
  const order = chart.orders.find((candidate) => candidate.id === dose.order);
  if (!order || order.detail.category !== 'medication') return [];
  const { detail } = order;
  const alerts = allergyAlerts(chart, detail.medication.text);
  const given = order.administrations.filter(({ body, standing }) => body.outcome === 'given' && (standing === 'current' || standing === 'concurrent'));

  const same = dose.dueAt === undefined ? undefined : order.administrations.find(({ body, standing }) => body.dueAt === dose.dueAt && (standing === 'current' || standing === 'concurrent'));
  if (same) {
    alerts.push({ code: 'already-charted', severity: 'stop-and-think', message: `This dose is already charted as ${same.body.outcome} by ${same.body.author.name}.` });
  }
  if (order.state !== 'active') alerts.push({ code: 'order-stopped', severity: 'stop-and-think', message: `This order is ${order.state === 'ended' ? 'over' : order.state}.` });
  if (order.incomplete.length > 0) {
    alerts.push({ code: 'order-incomplete', severity: 'stop-and-think', message: `The EHR's order does not say: ${order.incomplete.join(', ')}. Check with the prescriber.` });
  }
  if (dose.dueAt !== undefined) {
    const window = administrationWindow(detail.schedule, dose.dueAt);
    if (dose.at < window.early) alerts.push({ code: 'early', severity: 'stop-and-think', message: 'This is earlier than the dose is due.' });
    if (dose.at > window.late) alerts.push({ code: 'late', severity: 'inform', message: 'This is later than the dose was due.' });
  }
  if (detail.schedule.type === 'as-needed') {
    const { leastIntervalHours, mostPerDay } = detail.schedule;
    const ages = given.map(({ body }) => (Date.parse(dose.at) - Date.parse(body.effectiveAt)) / HOUR_MS).filter((hours) => hours >= 0);
    if (order.lastGivenInEhr !== undefined) ages.push((Date.parse(dose.at) - Date.parse(order.lastGivenInEhr)) / HOUR_MS);
    const last = Math.min(...ages);
    if (leastIntervalHours !== undefined && last < leastIntervalHours) {
      alerts.push({ code: 'too-soon', severity: 'stop-and-think', message: `The last dose was ${last.toFixed(1)} hours ago; the order asks for at least ${leastIntervalHours}.` });
    }
    if (mostPerDay !== undefined && ages.filter((hours) => hours < 24).length >= mostPerDay) {
      alerts.push({ code: 'most-per-day', severity: 'stop-and-think', message: `The most in 24 hours (${mostPerDay}) has been given.` });
    }
  }
  return alerts;
}

/** What to think about before signing an order. */
export function orderAlerts(chart: Chart, detail: OrderDetail): Alert[] {
  if (detail.category !== 'medication') return [];
  const alerts = allergyAlerts(chart, detail.medication.text);
  const words = ingredients(detail.medication.text);
  const active = chart.orders.find((order) => order.state === 'active' && order.detail.category === 'medication' && [...ingredients(order.detail.medication.text)].some((word) => words.has(word)));
  if (active?.detail.category === 'medication') {
    alerts.push({ code: 'duplicate-order', severity: 'stop-and-think', message: `An order with the same ingredient is active: ${active.detail.medication.text}.` });
  }
  return alerts;
}
