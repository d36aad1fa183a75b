import { z } from 'zod';
import { goesBy } from './display.ts';
import type { MedicationDetail } from './entries/index.ts';
import { ingredientsOf } from './ingredients.ts';
import { isInsulin } from './kinds-of-drug.ts';

/** What a ward asks a second person for beside the short list that holds everywhere. */
export const FurtherSecondPerson = z.object({
  /** Names of `SECOND_PERSON_GROUPS` that are on; one that this version does not know asks nothing. */
  groups: z.array(z.string().max(40)).max(60),
  /** Drugs of the ward's own, by name. */
  drugs: z.array(z.string().min(1).max(100)).max(500),
});
export type FurtherSecondPerson = z.infer<typeof FurtherSecondPerson>;

export const NOTHING_FURTHER: FurtherSecondPerson = { groups: [], drugs: [] };

interface Group {
  says: string;
  /** By generic name, as `ingredientsOf` folds them. */
  members: readonly string[];
  also?: (text: string) => boolean;
  /** By these ways alone; absent: by whatever way. */
  by?: readonly string[];
}

/**
 * Groups of ISMP's list of high-alert medications in acute care (2018, updated 2024; medication.md, "Two people") that
 * the short list leaves out: off until a ward switches them on. Members are examples by generic name, not ISMP's text.
 * Not here: what the short list has already (opioids, methotrexate, epidural drugs), and what nobody here has checked
 * against the list (liposomal drugs, sterile water, sedation): a ward types these names itself.
 */
export const SECOND_PERSON_GROUPS: Record<string, Group> = {
  insulin: {
    says: 'insulin by any way',
    members: [],
    also: (text) => isInsulin({ medication: { text } }),
  },
  antithrombotics: {
    says: 'antithrombotics by any way',
    members: [
      'warfarin',
      'heparin',
      'enoxaparin',
      'dalteparin',
      'tinzaparin',
      'fondaparinux',
      'apixaban',
      'rivaroxaban',
      'edoxaban',
      'dabigatran',
      'argatroban',
      'bivalirudin',
      'eptifibatide',
      'tirofiban',
      'cangrelor',
      'alteplase',
      'reteplase',
      'tenecteplase',
    ],
  },
  sulfonylureas: {
    says: 'sulfonylureas by mouth',
    members: ['glyburide', 'glipizide', 'glimepiride', 'gliclazide', 'chlorpropamide', 'tolbutamide'],
  },
  'strong-dextrose': { says: 'dextrose of 20 % and above', members: [], also: isStrongDextrose },
  magnesium: {
    says: 'magnesium sulfate into a vein',
    members: [],
    also: (text) => /magnesium sul(f|ph)ate/i.test(text),
    by: ['intravenous'],
  },
  oxytocin: { says: 'oxytocin into a vein', members: ['oxytocin'], by: ['intravenous'] },
  adrenergic: {
    says: 'adrenergic drugs and beta blockers into a vein',
    members: [
      'epinephrine',
      'norepinephrine',
      'phenylephrine',
      'dopamine',
      'dobutamine',
      'isoproterenol',
      'ephedrine',
      'esmolol',
      'labetalol',
      'metoprolol',
      'propranolol',
    ],
    by: ['intravenous'],
  },
  'epinephrine-under-the-skin': {
    says: 'epinephrine under the skin',
    members: ['epinephrine'],
    by: ['subcutaneous'],
  },
  antiarrhythmics: {
    says: 'antiarrhythmics into a vein',
    members: ['amiodarone', 'lidocaine', 'procainamide', 'ibutilide'],
    by: ['intravenous'],
  },
  inotropes: { says: 'inotropes into a vein', members: ['digoxin', 'milrinone'], by: ['intravenous'] },
  vasoactive: {
    says: 'vasopressin, nitroprusside and epoprostenol into a vein',
    members: ['vasopressin', 'nitroprusside', 'epoprostenol'],
    by: ['intravenous'],
  },
  anaesthetics: {
    says: 'general anaesthetics',
    members: ['propofol', 'etomidate', 'methohexital', 'sevoflurane', 'desflurane', 'isoflurane'],
  },
  'neuromuscular-blockers': {
    says: 'neuromuscular blockers',
    members: [
      'succinylcholine',
      'suxamethonium',
      'rocuronium',
      'vecuronium',
      'cisatracurium',
      'atracurium',
      'pancuronium',
      'mivacurium',
    ],
  },
  promethazine: {
    says: 'promethazine as an injection',
    members: ['promethazine'],
    by: ['intravenous', 'intramuscular'],
  },
  'tranexamic-acid': {
    says: 'tranexamic acid as an injection',
    members: ['tranexamic'],
    by: ['intravenous', 'intramuscular'],
  },
  'opium-tincture': { says: 'opium tincture', members: ['opium'] },
  'dialysis-solutions': {
    says: 'dialysis and cardioplegic solutions',
    members: [],
    also: (text) => /dialysis|dialysate|cardiopleg/i.test(text),
  },
};

/** Why the ward asks for a second person beside the short list; `undefined`: it does not. */
export function furtherReason(
  { medication: { text }, route }: Pick<MedicationDetail, 'medication' | 'route'>,
  intoAVein: boolean,
  { groups, drugs }: FurtherSecondPerson,
): string | undefined {
  const drug = ingredientsOf(text);
  const goes = (ways: readonly string[] | undefined): boolean =>
    ways === undefined || goesBy(route, ...ways) || (intoAVein && ways.includes('intravenous'));
  const group = groups
    .flatMap((name) => SECOND_PERSON_GROUPS[name] ?? [])
    .find(
      ({ members, also, by }) =>
        (members.some((name) => drug.has(name)) || also?.(text) === true) && goes(by),
    );
  if (group) return group.says;
  const own = drugs.find((name) => isNamed(name, text, drug));
  return own === undefined ? undefined : `${own}, on this ward’s list`;
}

/** All words of a name, so that "sodium bicarbonate" does not ask for every sodium; of a short one ("EPO") the word itself. */
function isNamed(name: string, text: string, drug: ReadonlySet<string>): boolean {
  const words = ingredientsOf(name);
  if (words.size > 0) return [...words].every((word) => drug.has(word));
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .includes(name.trim().toLowerCase());
}

/** As percent before or after the name, or as RxNorm has it: 200 mg/mL are 20 %. */
function isStrongDextrose(text: string): boolean {
  const percent = /(?:dextrose|glucose)\D*(\d+(?:\.\d+)?) ?%|(\d+(?:\.\d+)?) ?% (?:dextrose|glucose)/i.exec(
    text,
  );
  const perMl = /(?:dextrose|glucose)\D*(\d+(?:\.\d+)?) ?mg\/ml/i.exec(text)?.[1];
  return Number(percent?.[1] ?? percent?.[2] ?? Number(perMl ?? 0) / 10) >= 20;
}
