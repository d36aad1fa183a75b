import { withoutUnsafeAbbreviations } from '../../../clinical/index.ts';

/** Below a field of free text: how its unsafe abbreviations (U, QD, ...) will be shown; nothing where it has none. */
export function shownAs(typed: string): string | undefined {
  const safe = withoutUnsafeAbbreviations(typed);
  return safe === typed ? undefined : `Will be shown as: ${safe}`;
}
