/** Scopes of the site itself, and of one ward. */
export const DIRECTORY_SCOPE = 'directory';
export const ROSTER_SCOPE = 'roster';
export const wardScope = (ward: string): string => `ward:${ward}`;

/**
 * Which ward a log is about, and who has to do with it. Everything that carries decides by this alone, from the header
 * of a log's first entry:
 *
 * - `ward:W`: what is charted on ward W.
 * - `move:F:T`: what ward F says about patients who went from there to ward T: that they went, their record, and late
 *   entries. Written by F, read by both, sealed to both: neither comes to read anything else of the other.
 */
export interface Scope {
  /** Where the patients are that it is about. */
  ward: string;
  /** The ward that they came from. */
  from?: string;
}

export const moveScope = (from: string, to: string): string => `move:${from}:${to}`;

/** `undefined`: of the site itself (directory, roster), or of a kind that this version does not know. */
export function readScope(scope: string): Scope | undefined {
  const [kind, first, second, ...rest] = scope.split(':');
  if (!first || rest.length > 0) return undefined;
  if (kind === 'ward' && second === undefined) return { ward: first };
  if (kind === 'move' && second && first !== second) return { ward: second, from: first };
  return undefined;
}

/** Whether a device of these wards may write logs of this scope. */
export function mayWrite(wards: readonly string[], scope: string): boolean {
  const read = readScope(scope);
  return read !== undefined && wards.includes(read.from ?? read.ward);
}

/** Wards whose identity opens logs of this scope, and whose devices may pull them. */
export function readersOf(scope: string): string[] {
  const read = readScope(scope);
  return read ? [read.ward, ...(read.from === undefined ? [] : [read.from])] : [];
}

export const mayRead = (wards: readonly string[], scope: string): boolean =>
  readersOf(scope).some((ward) => wards.includes(ward));

/** Where this ward writes about a patient who is on ward `at`. */
export const scopeFor = (ward: string, at: string): string =>
  ward === at ? wardScope(ward) : moveScope(ward, at);
