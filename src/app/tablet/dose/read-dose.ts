import {
  type Alert,
  administrationAlerts,
  type BodyOf,
  type Chart,
  type ChartOrder,
  type Draft,
  type DrugCode,
  type DrugKnowledge,
  freshGlucose,
  freshMeasured,
  insulinAlerts,
  isInsulin,
  isOutside,
  LimitedParameter,
  type Measured,
  type MedicationDetail,
  type ScannedDrug,
  scanAlerts,
} from '../../../clinical/index.ts';
import { isUnanswered, overridesOf } from '../forms/AlertList.tsx';
import { readNumber } from '../forms/read-number.ts';
import type { DoseTyped } from './dose-fields.ts';
import { ANOTHER, limitedBy, readGlucose, readMeasured } from './MeasuredFields.tsx';

/** What a dose is charted against, besides what is typed. */
export interface DoseAtHand {
  chart: Chart;
  order: ChartOrder;
  detail: MedicationDetail;
  dueAt: string | undefined;
  /** When it was given, or not; `undefined` while that is no time that could be saved. */
  at: string | undefined;
  timeZone: string;
  formulary: DrugKnowledge['formulary'];
  /** Scanned, and is this patient's. */
  wristband: boolean;
  /** The package that was scanned. */
  drug: ScannedDrug | undefined;
}

/** What the fields say. */
export interface ReadDose {
  given: boolean;
  badDose: boolean;
  unit: string;
  /** The order, with the route that was typed where it does not say one: what guards a dose goes by the route it takes. */
  asGiven: MedicationDetail;
  /** Less than was ordered. */
  less: boolean;
  isHeldFor: boolean;
  /** Which parameter it is held for; '': none is chosen yet. */
  heldFor: string;
  /** Vital signs that are asked for. */
  parameters: readonly Measured['parameter'][];
  /** The value of the parameter that it is held for, where it is charted and still holds. */
  charted: { value: number; at: string } | undefined;
  insulin: boolean;
  alerts: Alert[];
  /** The reason wants words, and has none. */
  lacksWords: boolean;
  ready: boolean;
  draft: Draft<BodyOf<'medication-administration'>>;
}

/** Reads the form of a dose: what speaks against it, whether it may be saved, and what would be. */
export function readDose(fields: DoseTyped, hand: DoseAtHand): ReadDose {
  const { chart, order, detail, dueAt, at, wristband, drug } = hand;
  const given = fields.outcome === 'given';
  const value = readNumber(fields.dose);
  const badDose = value === undefined || value <= 0;
  // An order that does not say its unit or route has no default for them: whoever gives the dose says what it was.
  const unit = fields.unit.trim();
  const route = fields.route.trim();
  const amount = badDose || unit === '' ? undefined : { value, unit };
  const less =
    !order.incomplete.includes('dose') &&
    amount?.unit === detail.dose.unit &&
    amount.value < detail.dose.value;
  const limited = limitedBy(detail);
  const isHeldFor = !given && fields.reason === 'held-for-parameter';
  const outside = (detail.limits ?? []).find((limit) => {
    const fresh = at === undefined ? undefined : freshMeasured(chart, limit.parameter, at);
    return fresh !== undefined && isOutside(limit, fresh.value);
  });
  const heldFor = isHeldFor ? fields.heldFor || (outside?.parameter ?? limited[0] ?? '') : '';
  const heldForOne = LimitedParameter.safeParse(heldFor).data;
  const parameters = isHeldFor ? (heldForOne ? [heldForOne] : []) : limited;
  // Of a field that is not shown nothing is charted, and nothing held up.
  const typed = given || isHeldFor ? readMeasured(parameters, fields.measured) : [];
  // As it stands on the chart now, so that a correction of it is one here too.
  const charted = heldForOne && at !== undefined ? freshMeasured(chart, heldForOne, at) : undefined;
  const measured: Measured[] | undefined =
    heldForOne && charted && fields.heldAsCharted && typed?.length === 0
      ? [{ parameter: heldForOne, value: charted.value, measuredAt: charted.at }]
      : typed;
  const insulin = isInsulin(detail);
  const typedGlucose = readGlucose(fields.glucose, fields.glucoseUnit);
  // Charted within the hour it need not be measured again.
  const before = fields.glucose.trim() === '' && at !== undefined ? freshGlucose(chart, at) : undefined;
  const glucose = typedGlucose ?? before?.glucose;
  const alerts = (
    at === undefined
      ? []
      : [
          ...(insulin ? insulinAlerts(chart, typedGlucose, at) : []),
          ...(drug && given ? scanAlerts(detail.medication.text, drug, at, hand.timeZone) : []),
          ...administrationAlerts(
            chart,
            {
              order: order.id,
              at,
              ...(dueAt === undefined ? {} : { dueAt }),
              ...(amount ? { dose: amount } : {}),
              measured: measured ?? [],
            },
            { formulary: hand.formulary },
          ),
        ]
  )
    // What speaks against giving it is no reason against holding it; what is charted already, or mistyped, always matters.
    .filter(({ code }) => given || code === 'already-charted' || code === 'parameter-unusual');
  const inWords = fields.comment.trim();
  const needsWords =
    heldFor === ANOTHER ||
    [fields.reason, fields.inPart].some((reason) => reason === 'other' || reason === 'clinical-judgement');
  const lacksWords = needsWords && inWords === '';
  const isScanned = drug !== undefined && drug.match !== 'unknown';
  const whole = wristband && isScanned;
  const ready =
    at !== undefined &&
    measured !== undefined &&
    !isUnanswered(alerts, fields.overrides) &&
    !lacksWords &&
    (given
      ? amount !== undefined &&
        (!less || fields.inPart !== '') &&
        (!insulin || glucose !== undefined) &&
        (whole || fields.whyNotScanned !== '')
      : fields.outcome === 'unknown' ||
        (fields.reason !== '' && (!isHeldFor || heldFor === ANOTHER || measured.length > 0)));
  const draft: ReadDose['draft'] = {
    kind: 'medication-administration',
    effectiveAt: at ?? '',
    order: order.id,
    ...(dueAt === undefined ? {} : { dueAt }),
    medication: detail.medication,
    outcome: fields.outcome,
    ...(given && amount
      ? {
          dose: amount,
          ...(route === '' ? {} : { route }),
          ...(less && fields.inPart !== '' ? { givenInPart: fields.inPart } : {}),
          ...(fields.site === '' ? {} : { site: fields.site }),
          identified: {
            patient: wristband ? ('scanned' as const) : ('read' as const),
            drug: isScanned ? ('scanned' as const) : ('read' as const),
            ...(whole ? {} : { whyNotScanned: fields.whyNotScanned }),
          },
          ...(drug ? packageOf(drug.code) : {}),
        }
      : fields.reason === ''
        ? {}
        : { notGivenReason: fields.reason }),
    ...(insulin && glucose ? { glucose } : {}),
    // Named with its own time: it grows no younger by being used, and the EHR has it already.
    ...(insulin && !typedGlucose && before ? { glucoseMeasuredAt: before.at } : {}),
    ...(measured && measured.length > 0 ? { measured } : {}),
    ...(inWords === '' ? {} : { comment: inWords }),
    overrides: overridesOf(alerts, fields.overrides),
  };
  return {
    given,
    badDose,
    unit,
    asGiven: route === '' ? detail : { ...detail, route },
    less,
    isHeldFor,
    heldFor,
    parameters,
    charted,
    insulin,
    alerts,
    lacksWords,
    ready,
    draft,
  };
}

/** Of the package, as far as its code says. */
const packageOf = ({ gtin, ndc, lot, serial, expiry }: DrugCode) => ({
  ...(gtin === undefined && ndc === undefined ? {} : { scannedCode: gtin ?? ndc }),
  ...(lot === undefined ? {} : { lot }),
  ...(serial === undefined ? {} : { serial }),
  ...(expiry === undefined ? {} : { expiry }),
});
