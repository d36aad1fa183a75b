/** A piece of a paper that stays whole, and what stands above it again where its group goes on on the next page. */
export interface Piece {
  height: number;
  /** Pieces of one group that follow each other share a heading, which is repeated on every page. */
  group?: string | undefined;
  /** Of the group's heading. */
  headHeight?: number | undefined;
}

/** What stands on one page: places of pieces in order. A heading comes before a piece that begins a group, or a page. */
export interface PagePlan {
  pieces: { piece: number; withHead: boolean }[];
}

/**
 * Lays pieces out on pages of one height, in order, each exactly once. A piece that is higher than a page has one of its
 * own: it is cut by nobody but its writer.
 */
export function paginate(pieces: readonly Piece[], pageHeight: number): PagePlan[] {
  const pages: PagePlan[] = [];
  let page: PagePlan = { pieces: [] };
  let used = 0;
  pieces.forEach((piece, index) => {
    const previous = pieces[index - 1];
    const goesOn = piece.group !== undefined && previous?.group === piece.group;
    const head = piece.group === undefined ? 0 : (piece.headHeight ?? 0);
    const needed = piece.height + (goesOn ? 0 : head);
    if (page.pieces.length > 0 && used + needed > pageHeight) {
      pages.push(page);
      page = { pieces: [] };
      used = 0;
    }
    const withHead = piece.group !== undefined && (!goesOn || page.pieces.length === 0);
    page.pieces.push({ piece: index, withHead });
    used += piece.height + (withHead ? head : 0);
  });
  return page.pieces.length > 0 || pages.length === 0 ? [...pages, page] : pages;
}
