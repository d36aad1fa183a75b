import type { ReactNode } from 'react';
import type { Chart } from '../../../clinical/index.ts';

/** What goes on paper: pieces that stay whole, in order. */
export interface Paper {
  /** "Medication record". Named in the audit trail too, so never with anything of a patient. */
  title: string;
  /** Whose it is: stands on every page. Absent: a blank form, or a list of several patients. */
  chart?: Chart;
  /** Of a list: whose records it tells. "Who looked at this patient?" finds the print by them. */
  patients?: string[];
  /** Of a list: their charts, of which it names what no other tablet has. */
  charts?: readonly Chart[];
  pieces: PaperPiece[];
  /** It tells the record: it names what of it no other tablet has. */
  record?: true;
  /** Small labels have an identity of their own, and no room for a header. */
  bare?: true;
}

export interface PaperPiece {
  key: string;
  node: ReactNode;
  /** Repeated above the next piece where the page ends within a group. */
  group?: { key: string; head: ReactNode };
}

/** What of a list finds no room is counted: a paper cannot be asked for the rest. */
export const notPrinted = (count: number, most: number): string =>
  count > most ? `and ${count - most} more, not printed` : '';

export type PaperSize = 'a4' | 'letter';

const KEPT = 'lamplight-paper';

/** As it was chosen on this tablet; before that, Letter where the Americas are. */
export function paperSize(timeZone: string): PaperSize {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'a4' || kept === 'letter') return kept;
  return timeZone.startsWith('America/') ? 'letter' : 'a4';
}

export const keepPaperSize = (size: PaperSize): void => localStorage.setItem(KEPT, size);

/** Longer texts are cut between words, so that a page can end within them. */
const LONGEST_PIECE = 700;

/** Text in pieces that fit a page: by its own lines, and long lines between words. */
export function inPieces(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const pieces: string[] = [];
    let rest = line;
    while (rest.length > LONGEST_PIECE) {
      const space = rest.lastIndexOf(' ', LONGEST_PIECE);
      const at = space > 0 ? space : LONGEST_PIECE;
      pieces.push(rest.slice(0, at));
      rest = rest.slice(at).trimStart();
    }
    return [...pieces, rest];
  });
}
