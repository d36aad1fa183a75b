/**
 * A typed number, or `undefined` when it is none. A decimal comma is read only where it cannot be a thousands
 * comma: doses are shown as "1,000 mg" here, and whoever types that back must not chart 1 mg.
 */
export function readNumber(typed: string | undefined): number | undefined {
  const text = (typed ?? '').trim();
  if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return Number(text.replaceAll(',', ''));
  if (/^\d+([.,]\d+)?$/.test(text)) return Number(text.replace(',', '.'));
  return undefined;
}
