import type { BodyOf } from './entries/index.ts';
import type { Formulary } from './formulary.ts';

/** A package that scanning did not settle: its code is in no formulary, or it was not scanned, for this reason. */
export interface UnreadCode {
  /** GTIN or NDC; absent: it was not scanned. */
  code?: string;
  whyNotScanned?: string;
  /** As the drug was ordered. Of several words for one code, the last. */
  medication: string;
  times: number;
  lastAt: string;
}

/** What a pharmacy may want to add to the formulary, or to label anew: the most frequent first. Names no patient. */
export function unreadCodes(
  doses: readonly Pick<
    BodyOf<'medication-administration'>,
    'medication' | 'scannedCode' | 'identified' | 'effectiveAt'
  >[],
  formulary: Formulary,
): UnreadCode[] {
  const found = new Map<string, UnreadCode>();
  for (const { medication, scannedCode: code, identified, effectiveAt } of doses) {
    const whyNotScanned = code === undefined ? identified?.whyNotScanned : undefined;
    if (code === undefined ? whyNotScanned === undefined : isKnown(code, formulary)) continue;
    const key = code ?? `${whyNotScanned} ${medication.text}`;
    const before = found.get(key);
    const isLater = before === undefined || effectiveAt > before.lastAt;
    found.set(key, {
      ...(code === undefined ? {} : { code }),
      ...(whyNotScanned === undefined ? {} : { whyNotScanned }),
      medication: isLater ? medication.text : before.medication,
      times: (before?.times ?? 0) + 1,
      lastAt: isLater ? effectiveAt : before.lastAt,
    });
  }
  return [...found.values()].sort((a, b) => b.times - a.times || (a.lastAt > b.lastAt ? -1 : 1));
}

const isKnown = (code: string, formulary: Formulary): boolean =>
  formulary.byCode(code.length === 14 ? { gtin: code } : { ndc: code }) !== undefined;
