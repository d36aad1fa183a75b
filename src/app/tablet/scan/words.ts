import type { Scan } from '../../../clinical/index.ts';

/** What a scan says that no screen can use: never nothing, since silence sends a nurse to scan again. */
export function unknownScan(scan: Exclude<Scan, { kind: 'patient' }>): string {
  switch (scan.kind) {
    case 'stranger':
      return `Nobody on this ward has the number ${scan.number}. Look at the wristband, and find the patient by name.`;
    case 'several':
      return 'More than one patient here has this number. Find the patient by name and date of birth, and tell records staff.';
    case 'drug':
      return 'That is a drug. Scan the patient’s wristband first, or open the patient.';
    case 'unknown':
      return `This code (${scan.text}) is neither a wristband of this ward nor a drug. Go on without scanning.`;
  }
}

export const otherWristband = (scanned: string | undefined, open: string | undefined): string =>
  `Wrong patient. The wristband is of ${scanned ?? 'somebody else'}; this screen is of ${open ?? 'another patient'}. Nothing was saved.`;
