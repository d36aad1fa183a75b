const MARK = '… cut here: read the EHR or the paper order';

/** At most `most` characters (more than the mark has): a text that is longer ends at a word, and says that it was cut. */
export function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const room = most - MARK.length;
  const space = text.slice(0, room + 1).search(/\s+\S*$/);
  return `${text.slice(0, space > 0 ? space : room)}${MARK}`;
}
