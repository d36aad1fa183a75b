/** A numeric rating, 0 none to 10 the worst imaginable, as a row to pick from. */
export const RATINGS = Array.from({ length: 11 }, (_, value) => ({ value, label: String(value) }));
