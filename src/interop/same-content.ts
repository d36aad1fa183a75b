/** Compares what we sent with what the EHR holds: everything that we said must be there; what the EHR adds is its own. */
export function sameContent(sent: unknown, held: unknown): boolean {
  if (Array.isArray(sent))
    return (
      Array.isArray(held) &&
      sent.length === held.length &&
      sent.every((item, index) => sameContent(item, held[index]))
    );
  if (sent !== null && typeof sent === 'object') {
    if (held === null || typeof held !== 'object' || Array.isArray(held)) return false;
    return Object.entries(sent).every(
      ([key, value]) =>
        value === undefined ||
        key === 'meta' ||
        key === 'text' ||
        sameContent(value, (held as Record<string, unknown>)[key]),
    );
  }
  if (typeof sent === 'string' && typeof held === 'string' && sent !== held) {
    // The same moment, written differently.
    const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
    return isInstant.test(sent) && isInstant.test(held) && Date.parse(sent) === Date.parse(held);
  }
  return sent === held;
}
