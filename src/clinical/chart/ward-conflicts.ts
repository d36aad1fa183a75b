import { formatDate } from '../dates.ts';
import { displayName } from '../display.ts';
import type { PersonName } from '../entries/index.ts';
import { plainName, plainNumber } from '../plain-words.ts';
import { aConflict, bedName } from './conflicts.ts';
import type { BoardRow, Conflict, ConflictSide } from './types.ts';

/** How alike two texts are, 0 to 1; handed in, since this room imports nothing. */
export type Similarity = (a: string, b: string) => number;

/** Names this alike are taken for one in the same bed (identity-and-display.md, project rule: Jaro–Winkler 0.92). */
const ALIKE = 0.92;

/**
 * What only the ward as a whole shows, from the rows of its board alone: two patients in one bed, one patient
 * registered twice. What the EHR itself says of two patients is its own affair: at least one side is an entry of this
 * downtime.
 */
export function wardConflicts(rows: readonly BoardRow[], similarity: Similarity): Conflict[] {
  const byPatient = new Map(rows.map((row) => [row.patient, row]));
  const twice = registeredTwice(rows, similarity);
  const people = new People(rows, twice);
  return [...twice, ...twoInOneBed(rows, people)].filter((conflict) => !isSettled(conflict, byPatient));
}

/** Written once under each patient: settled when every one of them holds it, and nobody says otherwise. */
function isSettled(conflict: Conflict, rows: ReadonlyMap<string, BoardRow>): boolean {
  return conflict.patients.every((patient) => {
    const said = (rows.get(patient)?.wardSettlements ?? []).filter(({ key }) => key === conflict.id);
    return said.length > 0 && said.every(({ disputed }) => !disputed);
  });
}

function conflictBetween(
  kind: Conflict['kind'],
  sides: ConflictSide[],
  message: string,
  rows: readonly BoardRow[],
): Conflict {
  const conflict = aConflict(kind, sides, message, { standing: [] });
  const contradicting = rows
    .flatMap((row) => row.wardSettlements)
    .filter(({ key, disputed }) => disputed && key === conflict.id);
  return { ...conflict, overrules: [...new Set(contradicting.map(({ id }) => id))].sort() };
}

const fullName = ({ family, given }: PersonName): string => `${plainName(family)} ${plainName(given)}`;

/** Rows that share one of these are compared: a family name, a number, a bed. */
type Shared = 'name' | 'number' | 'bed';

function registeredTwice(rows: readonly BoardRow[], similarity: Similarity): Conflict[] {
  const groups = new Map<string, { shared: Shared; rows: BoardRow[] }>();
  const join = (shared: Shared, value: string, row: BoardRow): void => {
    const key = `${shared} ${value}`;
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { shared, rows: [row] });
  };
  for (const row of rows) {
    const family = plainName(row.name.family);
    if (!row.nameUnknown && family !== '') join('name', family, row);
    const numbers = row.numbers.filter(({ kind }) => kind === 'MR').map(({ value }) => plainNumber(value));
    if (row.registration?.claimedEhrNumber) numbers.push(plainNumber(row.registration.claimedEhrNumber));
    for (const number of new Set(numbers)) if (number !== '') join('number', number, row);
    for (const bed of bedsOf(row)) join('bed', bed, row);
  }
  const found = new Map<string, Conflict>();
  for (const { shared, rows: group } of groups.values()) {
    for (const [index, a] of group.entries()) {
      for (const b of group.slice(index + 1)) {
        if (!a.registration && !b.registration) continue;
        if (a.patient === b.patient) continue;
        const why = WHY_ONE_PERSON[shared](a, b, similarity);
        if (why === undefined) continue;
        const conflict = conflictBetween(
          'registered-twice',
          [registrationSide(a), registrationSide(b)],
          `They may be one person: ${why}.`,
          [a, b],
        );
        if (!found.has(conflict.id)) found.set(conflict.id, conflict);
      }
    }
  }
  return [...found.values()];
}

/** Why two rows that share something may be one person; `undefined`: it says nothing. */
const WHY_ONE_PERSON: Record<
  Shared,
  (a: BoardRow, b: BoardRow, similarity: Similarity) => string | undefined
> = {
  number: () => 'same EHR number',
  name: (a, b) => {
    const [x, y] = [plainName(a.name.given), plainName(b.name.given)];
    const whole = a.birthDate?.length === 10 && a.birthDate === b.birthDate;
    if (whole && (x === y || x === '' || y === '')) return 'same name and date of birth';
    // A year, or no date at all, is what an ambulance often brings.
    return x === y && mayBeOne(a.birthDate, b.birthDate) && sexesAgree(a, b)
      ? 'same name, and a date of birth is not known in full'
      : undefined;
  },
  bed: (a, b, similarity) => {
    // Stand-in names are drawn by lot: how alike they are says nothing of who is meant.
    if (a.nameUnknown && b.nameUnknown)
      return sexesAgree(a, b) ? 'same bed, and neither name is known' : undefined;
    return similarity(fullName(a.name), fullName(b.name)) >= ALIKE
      ? 'same bed and a name that is alike'
      : undefined;
  },
};

/** Dates of birth of which one is unknown, or the beginning of the other ("1951" and "1951-03-04"); not two whole ones. */
function mayBeOne(a = '', b = ''): boolean {
  if (a.length === 10 && b.length === 10) return false;
  return a.startsWith(b) || b.startsWith(a);
}

const sexesAgree = (a: BoardRow, b: BoardRow): boolean =>
  a.sex === b.sex || a.sex === 'unknown' || b.sex === 'unknown';

const bedsOf = (row: BoardRow): Set<string> => new Set(row.bedClaims.map(({ bed }) => bedName(bed)));

function registrationSide(row: BoardRow): ConflictSide {
  const number = row.numbers[0] ?? row.number;
  const says = `${displayName(row.name)}, born ${row.birthDate ? formatDate(row.birthDate) : 'not known'}${number ? `, ${number.kind === 'MRT' ? 'downtime' : 'EHR'} number ${number.value}` : ''}`;
  return row.registration
    ? {
        ref: row.registration.ref,
        patient: row.patient,
        kind: 'patient-registered',
        says,
        by: row.registration.by,
        at: row.registration.at,
      }
    : { ref: row.patient, patient: row.patient, kind: 'ehr', says, by: 'EHR' };
}

/** Rows that are, or may be, one person count as one: whether they are is asked first. */
class People {
  private readonly parent = new Map<string, string>();

  constructor(rows: readonly BoardRow[], twice: readonly Conflict[]) {
    const byPatient = new Map(rows.map((row) => [row.patient, row]));
    for (const row of rows) for (const other of row.samePersonAs) this.join(row.patient, other);
    for (const conflict of twice)
      if (!isSettled(conflict, byPatient)) this.join(conflict.patients[0]!, conflict.patients[1]!);
  }

  private join(a: string, b: string): void {
    const [first, second] = [this.of(a), this.of(b)].sort() as [string, string];
    if (first !== second) this.parent.set(second, first);
  }

  of(patient: string): string {
    let at = patient;
    for (let up = this.parent.get(at); up !== undefined; up = this.parent.get(at)) at = up;
    return at;
  }
}

function twoInOneBed(rows: readonly BoardRow[], people: People): Conflict[] {
  const byBed = new Map<string, { row: BoardRow; claim: BoardRow['bedClaims'][number] }[]>();
  for (const row of rows) {
    for (const claim of row.bedClaims) {
      const bed = bedName(claim.bed);
      byBed.set(bed, [...(byBed.get(bed) ?? []), { row, claim }]);
    }
  }
  return [...byBed].flatMap(([bed, claims]) => {
    const inBed = new Map(claims.map(({ row }) => [people.of(row.patient), row]));
    if (inBed.size < 2) return [];
    if (claims.every(({ claim }) => claim.kind === 'ehr')) return [];
    const called = callingsOf(claims.map(({ row }) => row));
    const sides = claims.map(
      ({ row, claim }): ConflictSide => ({
        ref: claim.ref,
        patient: row.patient,
        kind: claim.kind,
        says: `${called(row)} in bed ${claim.bed}`,
        by: claim.by,
        ...(claim.at === undefined ? {} : { at: claim.at }),
      }),
    );
    const names = [...inBed.values()].map(called).sort();
    return [
      {
        ...conflictBetween(
          'two-in-one-bed',
          sides,
          `Bed ${bed} has ${names.length} patients: ${names.join(' and ')}.`,
          claims.map(({ row }) => row),
        ),
        bed,
      },
    ];
  });
}

/** How patients of one bed are called: by name, and by number too where two have one name. */
function callingsOf(rows: readonly BoardRow[]): (row: BoardRow) => string {
  const patients = new Map(rows.map((row) => [row.patient, displayName(row.name)]));
  const names = [...patients.values()];
  return (row) => {
    const name = displayName(row.name);
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    return alone || !row.number ? name : `${name} (${row.number.value})`;
  };
}

/**
 * Patients whose names or birth dates are easily mixed up (identity-and-display.md, project rule): the same family
 * name, names within Jaro–Winkler 0.92, or the same date of birth. Patient to those it is alike.
 */
export function alikePatients(
  rows: readonly BoardRow[],
  similarity: Similarity,
): ReadonlyMap<string, BoardRow[]> {
  const alike = new Map<string, BoardRow[]>();
  const add = (of: BoardRow, other: BoardRow): void => {
    alike.set(of.patient, [...(alike.get(of.patient) ?? []), other]);
  };
  const named = rows.map((row) => ({ row, family: plainName(row.name.family), full: fullName(row.name) }));
  for (const [index, a] of named.entries()) {
    for (const b of named.slice(index + 1)) {
      const sameBirth = a.row.birthDate?.length === 10 && a.row.birthDate === b.row.birthDate;
      // Stand-in names are distinct by design ("Unknown Male Alpha-07"), though their first words are the same.
      const names =
        !a.row.nameUnknown &&
        !b.row.nameUnknown &&
        ((a.family !== '' && a.family === b.family) || similarity(a.full, b.full) >= ALIKE);
      if (!sameBirth && !names) continue;
      add(a.row, b.row);
      add(b.row, a.row);
    }
  }
  return alike;
}
