import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Piece, paginate } from '../../src/app/tablet/print/paginate.ts';
import { inPieces } from '../../src/app/tablet/print/paper.ts';

const pieces = fc.array(
  fc.record({
    height: fc.integer({ min: 0, max: 400 }),
    group: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    headHeight: fc.constantFrom(0, 20),
  }),
  { maxLength: 60 },
);

describe('pages of a paper', () => {
  it('LAW: every piece stands on exactly one page, in order, and no page is higher than paper', () => {
    fc.assert(
      fc.property(pieces, (all: Piece[]) => {
        const pages = paginate(all, 500);
        expect(pages.flatMap((page) => page.pieces.map(({ piece }) => piece))).toEqual(
          all.map((_, index) => index),
        );
        for (const page of pages) {
          const height = page.pieces.reduce(
            (sum, { piece, withHead }) =>
              sum + all[piece]!.height + (withHead ? (all[piece]!.headHeight ?? 0) : 0),
            0,
          );
          expect(height).toBeLessThanOrEqual(500);
        }
      }),
    );
  });

  it('LAW: what belongs to a heading never stands on a page without it', () => {
    fc.assert(
      fc.property(pieces, (all: Piece[]) => {
        for (const page of paginate(all, 500)) {
          const first = page.pieces[0];
          if (first && all[first.piece]!.group !== undefined) expect(first.withHead).toBe(true);
        }
      }),
    );
  });

  it('long texts are cut between words, and nothing of them is lost', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z \n]{0,3000}$/), (text) => {
        const cut = inPieces(text);
        expect(cut.join(' ').replace(/\s+/g, ' ').trim()).toBe(text.replace(/\s+/g, ' ').trim());
        for (const piece of cut.filter((item) => item.includes(' ')))
          expect(piece.length).toBeLessThanOrEqual(700);
      }),
    );
  });
});
