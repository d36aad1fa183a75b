import { z } from 'zod';
import { readCsv } from './formulary.ts';
import { ingredientsOf } from './ingredients.ts';

/**
 * Two drugs that must not meet unthought: the hospital's own list of the highest severity. None comes along, since no
 * published list was at hand whose terms and contents could be checked.
 */
export const Interaction = z.object({
  a: z.string().min(1).max(100),
  b: z.string().min(1).max(100),
  says: z.string().min(1).max(500),
});
export type Interaction = z.infer<typeof Interaction>;

/** From CSV with the columns `a`, `b`, `says`. */
export function readInteractionsCsv(text: string): {
  items: Interaction[];
  problems: { line: number; why: string }[];
} {
  const [heading = [], ...rows] = readCsv(text);
  const columns = heading.map((name) => name.trim().toLowerCase());
  const problems: { line: number; why: string }[] = [];
  if (!['a', 'b', 'says'].every((name) => columns.includes(name)))
    return { items: [], problems: [{ line: 1, why: 'the first line has to name the columns a, b, says' }] };
  const items = rows.flatMap((cells, index) => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const cell = (name: string): string => cells[columns.indexOf(name)]?.trim() ?? '';
    const parsed = Interaction.safeParse({ a: cell('a'), b: cell('b'), says: cell('says') });
    if (parsed.success) return [parsed.data];
    problems.push({ line: index + 2, why: 'left out: two drugs and what is to be said are needed' });
    return [];
  });
  return { items, problems };
}

/** What the list says of one drug beside another, whichever stands first. */
export function interactionOf(
  list: readonly Interaction[],
  one: string,
  other: string,
): Interaction | undefined {
  const [x, y] = [ingredientsOf(one), ingredientsOf(other)];
  const names = (drug: ReadonlySet<string>, name: string): boolean => {
    const words = ingredientsOf(name);
    return words.size > 0 && [...words].every((word) => drug.has(word));
  };
  return list.find(({ a, b }) => (names(x, a) && names(y, b)) || (names(x, b) && names(y, a)));
}
