import { EntryId, formatInstant, Hex128, Hex256, Instant } from '../../../clinical/index.ts';

/** An id says nothing to whoever wrote the draft. */
const isId = (text: string): boolean =>
  [EntryId, Hex128, Hex256].some((schema) => schema.safeParse(text).success);

function textsOf(content: unknown, timeZone: string): string[] {
  if (typeof content !== 'string')
    return typeof content === 'object' && content !== null
      ? Object.values(content).flatMap((part) => textsOf(part, timeZone))
      : [];
  const text = content.trim();
  if (text === '' || isId(text)) return [];
  if (Instant.safeParse(text).success) return [formatInstant(text, timeZone)];
  // A choice is kept under its code: `nil-by-mouth`.
  return [/^[a-z]+(-[a-z]+)+$/.test(text) ? text.replaceAll('-', ' ') : text];
}

/** What stands in a draft in words: all that can be shown of one whose form cannot be opened. */
export const draftInWords = (content: unknown, timeZone: string): string =>
  textsOf(content, timeZone).join(' · ') || 'nothing in words';
