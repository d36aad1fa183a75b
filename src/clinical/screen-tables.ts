import { PARSHURAM_AGES, PARSHURAM_SCORES } from './parshuram.ts';

/**
 * Screens and scores as tables with their sources (scores.md). `signed`: values or terms were not checked against the
 * publisher's own paper, so it is off until a clinician of the site has done that and signed it.
 */
export interface ScreenTable {
  id: string;
  /** One score in several tables, by age: signed as one, under this name. */
  family?: string;
  title: string;
  source: string;
  needs: 'nothing' | 'signed';
  /** Whose it is; the vital-sign scores are chosen by age and pregnancy. */
  for: (person: Person) => boolean;
  items: readonly ScreenItem[];
  /** Absent: it has no sum, and any "yes" counts. */
  scored: boolean;
  says: (total: number) => string;
  /**
   * From which result on somebody is to be told, and why in words; a later step asks again. `total`, or the count of
   * "yes" where there is no sum. Absent: the ward's own steps, which no paper gives.
   */
  asks?: readonly (readonly [from: number, words: string])[];
}

export interface Person {
  /** At most so many, where the date of birth is known in part. */
  ageYears: number | undefined;
  /** Completed months; by it a child's table is chosen. */
  ageMonths?: number | undefined;
  pregnant: boolean;
}

interface ScreenItem {
  id: string;
  text: string;
  options: readonly { label: string; score: number }[];
}

const ADULT = ({ ageYears }: Person): boolean => ageYears === undefined || ageYears >= 16;
const CHILD = ({ ageYears, pregnant }: Person): boolean =>
  ageYears !== undefined && ageYears < 16 && !pregnant;
const MATERNAL = ({ pregnant }: Person): boolean => pregnant;

const yes = (id: string, text: string, score = 1): ScreenItem => ({
  id,
  text,
  options: [
    { label: 'No', score: 0 },
    { label: 'Yes', score },
  ],
});
const choose = (id: string, text: string, ...options: [label: string, score: number][]): ScreenItem => ({
  id,
  text,
  options: options.map(([label, score]) => ({ label, score })),
});
const banded = (id: string, text: string, labels: readonly string[]): ScreenItem =>
  choose(id, text, ...labels.map((label, at): [string, number] => [label, PARSHURAM_SCORES[at] ?? 0]));
const anyYes =
  (risk: string, none: string) =>
  (total: number): string =>
    total > 0 ? risk : none;
const bands =
  (...limits: [from: number, says: string][]) =>
  (total: number): string =>
    limits.findLast(([from]) => total >= from)?.[1] ?? '';

const PARSHURAM: readonly ScreenTable[] = PARSHURAM_AGES.map(
  ({ id, says, from, below, heartRate, systolic, respiration }): ScreenTable => ({
    id: `parshuram-${id}`,
    family: 'parshuram',
    title: `Paediatric score after Parshuram 2009, ${says}`,
    source: 'After Parshuram and others, Crit Care 2009;13:R135 (CC BY). The highest that applies counts',
    needs: 'signed',
    for: (person) =>
      CHILD(person) && person.ageMonths !== undefined && person.ageMonths >= from && person.ageMonths < below,
    scored: true,
    items: [
      banded('heart-rate', 'Heart rate per minute', heartRate),
      banded('systolic', 'Systolic pressure, mmHg', systolic),
      banded('respiration', 'Respiration per minute', respiration),
      choose('refill', 'Capillary refill', ['Under 3 s', 0], ['3 s or more', 4]),
      choose(
        'effort',
        'Effort of breathing',
        ['Normal', 0],
        ['Mild increase', 1],
        ['Moderate', 2],
        ['Severe, or any apnoea', 4],
      ),
      choose('saturation', 'SpO₂, %', ['95 or more', 0], ['91 to 94', 1], ['90 or less', 2]),
      choose(
        'oxygen',
        'Oxygen',
        ['Air', 0],
        ['Any, under 4 L/min and under 50 %', 2],
        ['4 L/min or more, or 50 % or more', 4],
      ),
    ],
    says: (total) =>
      `Score ${total} of 26: the ward’s own steps; 7 or 8 marked children near intensive care in the studies`,
    asks: [[7, 'at this score children of the studies were near intensive care: tell a clinician now']],
  }),
);

export const SCREENS: readonly ScreenTable[] = [
  {
    id: 'pressure-injury',
    title: 'Pressure injury checklist',
    source: 'Lamplight’s own wording, unscored; factors as NICE CG179 has them',
    needs: 'nothing',
    for: () => true,
    scored: false,
    items: [
      yes('moves-little', 'Moves little'),
      yes('cannot-turn', 'Cannot turn alone'),
      yes('lost-feeling', 'Has lost feeling somewhere'),
      yes('injury', 'Has or had a pressure injury'),
      yes('nutrition', 'Eats or drinks poorly'),
      yes('confused', 'Marked confusion'),
    ],
    says: anyYes('At risk: look at the skin, plan, and times for turning', 'None of these risks now'),
    asks: [[1, 'at risk: tell whoever plans skin care and turning']],
  },
  {
    id: 'qsofa',
    title: 'qSOFA',
    source: 'Singer and others, Sepsis-3, JAMA 2016;315:801. Never the only screen for sepsis',
    needs: 'nothing',
    for: (person) => ADULT(person) && !person.pregnant,
    scored: true,
    items: [
      yes('respiration', 'Respiration 22 or more per minute'),
      yes('systolic', 'Systolic pressure 100 mmHg or less'),
      yes('mental', 'Altered mental state (GCS below 15)'),
    ],
    says: bands([0, 'Negative: fewer than 2'], [2, 'Positive: look for sepsis and organ failure']),
    asks: [[2, 'look for sepsis and organ failure: tell a clinician']],
  },
  {
    id: 'maternity',
    title: 'Maternity triggers',
    source: 'Values of Mhyre and others, Obstet Gynecol 2014;124:782; layout our own',
    needs: 'nothing',
    for: MATERNAL,
    scored: false,
    items: [
      yes('systolic', 'Systolic below 90 or above 160 mmHg'),
      yes('diastolic', 'Diastolic above 100 mmHg'),
      yes('pulse', 'Heart rate below 50 or above 120 per minute'),
      yes('respiration', 'Respiration below 10 or above 30 per minute'),
      yes('saturation', 'SpO₂ below 95 % on air'),
      yes('urine', 'Urine below 35 mL per hour for 2 hours or more'),
      yes('mental', 'Agitated, confused or unresponsive'),
      yes('pre-eclampsia', 'Pre-eclampsia with headache that does not go, or breathlessness'),
    ],
    says: anyYes(
      'Trigger: measure again at once; if it stays or another joins it, prompt review at the bedside',
      'No trigger',
    ),
    asks: [
      [1, 'measure again at once; if it stays, prompt review at the bedside'],
      [2, 'more than one trigger: prompt review at the bedside'],
    ],
  },
  {
    id: '4at',
    title: '4AT (delirium)',
    source: 'MacLullich and others, the4at.com',
    needs: 'signed',
    for: ADULT,
    scored: true,
    items: [
      choose(
        'alertness',
        'Alertness',
        ['Normal, or sleepy under 10 s after waking', 0],
        ['Clearly abnormal', 4],
      ),
      choose(
        'amt4',
        'Age, date of birth, place, current year',
        ['No mistake', 0],
        ['One mistake', 1],
        ['Two or more, or untestable', 2],
      ),
      choose(
        'months',
        'Months backwards from December',
        ['7 or more right', 0],
        ['Starts but under 7, or refuses', 1],
        ['Untestable', 2],
      ),
      choose('acute', 'Acute change or fluctuation', ['No', 0], ['Yes', 4]),
    ],
    says: bands(
      [0, 'Delirium and cognitive impairment unlikely'],
      [1, 'Possible cognitive impairment'],
      [4, 'Possible delirium, with or without cognitive impairment'],
    ),
    asks: [[4, 'possible delirium: tell a clinician, and look for its cause']],
  },
  {
    id: 'steadi',
    title: 'STEADI, three questions (falls)',
    source: 'Centers for Disease Control and Prevention, STEADI',
    needs: 'signed',
    for: ADULT,
    scored: false,
    items: [
      yes('fallen', 'Fallen in the past year'),
      yes('unsteady', 'Feels unsteady standing or walking'),
      yes('worries', 'Worries about falling'),
    ],
    says: anyYes('At risk of falling', 'None of these; a score never takes a precaution away'),
    asks: [[1, 'at risk of falling: tell whoever plans the precautions']],
  },
  {
    id: 'downton',
    title: 'Downton fall risk index',
    source: 'Downton, Falls in the Elderly, 1993',
    needs: 'signed',
    for: ADULT,
    scored: true,
    items: [
      yes('fall', 'Known previous fall'),
      yes('sedatives', 'Tranquillisers or sedatives'),
      yes('diuretics', 'Diuretics'),
      yes('antihypertensives', 'Other antihypertensives'),
      yes('antiparkinson', 'Antiparkinson drugs'),
      yes('antidepressants', 'Antidepressants'),
      yes('vision', 'Vision impaired'),
      yes('hearing', 'Hearing impaired'),
      yes('limbs', 'Limbs impaired'),
      yes('confused', 'Confused'),
      yes('gait', 'Walks unsafely'),
    ],
    says: bands([0, 'Below 3; a score never takes a precaution away'], [3, 'High risk of falling']),
    asks: [[3, 'high risk of falling: tell whoever plans the precautions']],
  },
  {
    id: 'abbey',
    title: 'Abbey pain scale (pain without words)',
    source: 'Abbey and others, Int J Palliat Nurs 2004;10:6',
    needs: 'signed',
    for: ADULT,
    scored: true,
    items: [
      ['vocalisation', 'Vocalisation'],
      ['face', 'Facial expression'],
      ['body', 'Change in body language'],
      ['behaviour', 'Behavioural change'],
      ['physiology', 'Physiological change'],
      ['physical', 'Physical changes'],
    ].map(([id, text]) => choose(id!, text!, ['Absent', 0], ['Mild', 1], ['Moderate', 2], ['Severe', 3])),
    says: bands([0, 'No pain'], [3, 'Mild pain'], [8, 'Moderate pain'], [14, 'Severe pain']),
    asks: [
      [8, 'moderate pain without words: tell a clinician unless an analgesic is due now'],
      [14, 'severe pain without words: tell a clinician'],
    ],
  },
  {
    id: 'brighton-pews',
    title: 'Brighton paediatric early warning score',
    source: 'Monaghan, Paediatr Nurs 2005;17:32',
    needs: 'signed',
    for: CHILD,
    scored: true,
    items: [
      choose(
        'behaviour',
        'Behaviour',
        ['Playing, appropriate', 0],
        ['Sleeping', 1],
        ['Irritable', 2],
        ['Lethargic, confused, less response to pain', 3],
      ),
      choose(
        'circulation',
        'Circulation',
        ['Pink, or refill 1 to 2 s', 0],
        ['Pale, or refill 3 s', 1],
        ['Grey, or refill 4 s, or pulse 20 above normal', 2],
        ['Grey and mottled, or refill 5 s or more, or pulse 30 above normal or slow', 3],
      ),
      choose(
        'breathing',
        'Breathing',
        ['Normal, no recession', 0],
        ['More than 10 above normal, accessory muscles, or 30 % or 4 L/min and more', 1],
        ['More than 20 above normal, recession, or 40 % or 6 L/min and more', 2],
        ['5 below normal with recession or grunting, or 50 % or 8 L/min and more', 3],
      ),
      yes('nebulisers', 'Nebulisers every quarter hour, or persistent vomiting after surgery', 2),
    ],
    says: (total) => `Score ${total}: the ward’s own steps; worry of parents or nurse escalates at any score`,
  },
  ...PARSHURAM,
];

/** Tools whose items belong to somebody else: their name and total alone (scores.md, "Total only"). */
export const LICENSED_TOOLS: readonly { id: string; title: string; most: number }[] = [
  { id: 'braden', title: 'Braden (total)', most: 23 },
  { id: 'waterlow', title: 'Waterlow (total)', most: 64 },
  { id: 'norton', title: 'Norton (total)', most: 20 },
  { id: 'morse', title: 'Morse (total)', most: 125 },
  { id: 'hendrich-ii', title: 'Hendrich II (total)', most: 16 },
  { id: 'stratify', title: 'STRATIFY (total)', most: 5 },
  { id: 'flacc', title: 'FLACC (total)', most: 10 },
  { id: 'painad', title: 'PAINAD (total)', most: 10 },
];
