/** What a server sets or makes itself, at the top of a resource. */
const OF_THE_SERVER = new Set(['meta', 'text']);

/**
 * Compares what we sent with what the EHR holds: everything that we said must be there; what the EHR adds (narrative,
 * meta, identifiers of its own, absolute references) is its own.
 */
export function sameContent(sent: Record<string, unknown>, held: Record<string, unknown>): boolean {
  return Object.entries(sent).every(([key, value]) => {
    if (value === undefined || OF_THE_SERVER.has(key)) return true;
    if (key === 'identifier') return includesAll(value, held[key]);
    return same(value, held[key], key);
  });
}

function includesAll(sent: unknown, held: unknown): boolean {
  if (!Array.isArray(sent) || !Array.isArray(held)) return same(sent, held, 'identifier');
  return sent.every((item) => held.some((other) => same(item, other, 'identifier')));
}

function same(sent: unknown, held: unknown, key: string): boolean {
  if (Array.isArray(sent)) {
    return (
      Array.isArray(held) &&
      sent.length === held.length &&
      sent.every((item, index) => same(item, held[index], key))
    );
  }
  if (sent !== null && typeof sent === 'object') {
    if (held === null || typeof held !== 'object' || Array.isArray(held)) return false;
    return Object.entries(sent).every(
      ([name, value]) => value === undefined || same(value, (held as Record<string, unknown>)[name], name),
    );
  }
  if (typeof sent === 'string' && typeof held === 'string' && sent !== held)
    return (key === 'reference' && held.endsWith(`/${sent}`)) || sameInstant(sent, held);
  return sent === held;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The same moment, written differently; some servers keep no milliseconds. */
function sameInstant(sent: string, held: string): boolean {
  if (!INSTANT.test(sent) || !INSTANT.test(held)) return false;
  const step = held.includes('.') ? 1 : 1000;
  return Math.floor(Date.parse(sent) / step) === Math.floor(Date.parse(held) / step);
}
