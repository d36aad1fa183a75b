import { z } from 'zod';
import type { FhirGateway, FhirResource } from '../ehr/gateway.ts';
import type { Reviewed } from './ward-entries.ts';

interface Beside {
  what: string;
  when?: string;
  sameAs: boolean;
}

const Text = z
  .looseObject({
    text: z.string().optional(),
    coding: z
      .array(z.looseObject({ display: z.string().optional(), code: z.string().optional() }))
      .optional(),
  })
  .optional();
const Shown = z.looseObject({
  id: z.string().optional(),
  code: Text,
  medicationCodeableConcept: Text,
  effectiveDateTime: z.string().optional(),
  authoredOn: z.string().optional(),
  date: z.string().optional(),
  valueQuantity: z.looseObject({ value: z.number().optional(), unit: z.string().optional() }).optional(),
});

const NEAR_MS = 2 * 3_600_000;
const TYPE_OF: Record<string, string> = {
  'vital-signs': 'Observation',
  'medication-administration': 'MedicationAdministration',
  'order-signed': 'MedicationRequest',
  'order-received': 'MedicationRequest',
  'infusion-charted': 'MedicationAdministration',
  'allergy-recorded': 'AllergyIntolerance',
  note: 'DocumentReference',
};

/** What the EHR holds of this patient that may be the same thing, beside each entry: same kind, near in time. */
export async function readEhrSide(
  gateway: FhirGateway | undefined,
  ehrPatient: string | undefined,
  entries: readonly Reviewed[],
): Promise<{ kind: 'ok'; beside: Map<string, Beside[]> } | { kind: 'problem'; reason: string }> {
  const beside = new Map<string, Beside[]>();
  if (!gateway) return { kind: 'problem', reason: 'No EHR is configured.' };
  if (ehrPatient === undefined) return { kind: 'ok', beside };
  const byType = new Map<string, FhirResource[]>();
  for (const type of new Set(entries.flatMap((entry) => TYPE_OF[entry.body?.kind ?? ''] ?? []))) {
    const found = await gateway.search(type, { patient: `Patient/${ehrPatient}` });
    if (found.kind !== 'ok')
      return {
        kind: 'problem',
        reason: 'The EHR cannot be asked just now: its side is missing here, not empty.',
      };
    byType.set(type, found.resources);
  }
  for (const entry of entries) {
    const type = TYPE_OF[entry.body?.kind ?? ''];
    if (!entry.body || !type) continue;
    const at = Date.parse(entry.body.effectiveAt);
    const own = new Set(entry.resources.map((resource) => resource.id));
    const near = (byType.get(type) ?? []).flatMap((resource): Beside[] => {
      const parsed = Shown.safeParse(resource);
      if (!parsed.success) return [];
      const shown = parsed.data;
      const when = shown.effectiveDateTime ?? shown.authoredOn ?? shown.date;
      const close =
        type === 'AllergyIntolerance' || (when !== undefined && Math.abs(Date.parse(when) - at) < NEAR_MS);
      if (!close) return [];
      const concept = shown.code ?? shown.medicationCodeableConcept;
      const name = concept?.text ?? concept?.coding?.[0]?.display ?? type;
      const value =
        shown.valueQuantity?.value === undefined
          ? ''
          : ` ${shown.valueQuantity.value} ${shown.valueQuantity.unit ?? ''}`;
      return [
        {
          what: `${name}${value}`.trim(),
          ...(when === undefined ? {} : { when }),
          sameAs: own.has(shown.id ?? ''),
        },
      ];
    });
    beside.set(entry.id, near.slice(0, 12));
  }
  return { kind: 'ok', beside };
}
