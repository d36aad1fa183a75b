/** Letters and digits alone, without accents: "Müller-Lüdenscheidt" and "MULLER LUDENSCHEIDT" are one name. */
export const plainName = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** A number as it is compared: "44-10 22" is "441022". */
export const plainNumber = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '');
