import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FormAnswer, FormAnswered, formLines } from '../../src/clinical/index.ts';
import { meets } from '../../src/forms/enable-when.ts';
import {
  brokenConstraints,
  emptySheet,
  type FieldValue,
  type Form,
  fitSheet,
  liveForm,
  prefill,
  readForm,
  type SheetNode,
  sheetFrom,
  sheetSchema,
} from '../../src/forms/index.ts';
import type { EnableWhen, Item } from '../../src/forms/questionnaire.ts';

const ZONE = 'America/Chicago';
const formOf = (items: Item[], more: object = {}): Form => {
  const read = readForm({ resourceType: 'Questionnaire', item: items, ...more }, ZONE);
  if (!read.ok) throw new Error(read.problem);
  return read.form;
};

/** The sheet with these answers; a question is named by its linkId. */
function filled(form: Form, values: Record<string, FieldValue[] | string>): SheetNode[] {
  const fill = (nodes: SheetNode[]): SheetNode[] =>
    nodes.map((node) => {
      const value = values[node.linkId];
      return {
        ...node,
        values: value === undefined ? node.values : typeof value === 'string' ? [{ text: value }] : value,
        rows: node.rows.map((row) => ({ nodes: fill(row.nodes) })),
      };
    });
  return fill(emptySheet(form));
}

const answered = (form: Form, values: Parameters<typeof filled>[1]) =>
  liveForm(form, filled(form, values)).items.map(({ linkId }) => linkId);

const problems = (form: Form, values: Parameters<typeof filled>[1]): string[] => {
  const checked = sheetSchema(form).safeParse({ nodes: filled(form, values) });
  return checked.success ? [] : checked.error.issues.map(({ message }) => message);
};

describe('enableWhen', () => {
  const five: FormAnswer = { valueInteger: 5 };
  it.each<[EnableWhen['operator'], Partial<EnableWhen>, FormAnswer[], boolean]>([
    ['exists', { answerBoolean: true }, [five], true],
    ['exists', { answerBoolean: true }, [], false],
    ['exists', { answerBoolean: false }, [five], false],
    ['exists', { answerBoolean: false }, [], true],
    ['=', { answerInteger: 5 }, [five], true],
    ['=', { answerInteger: 5 }, [{ valueInteger: 4 }, five], true],
    ['=', { answerInteger: 5 }, [], false],
    ['!=', { answerInteger: 5 }, [{ valueInteger: 4 }, five], false],
    ['!=', { answerInteger: 5 }, [{ valueInteger: 4 }], true],
    ['!=', { answerInteger: 5 }, [], true],
    ['>', { answerInteger: 5 }, [five], false],
    ['>', { answerDecimal: 4.9 }, [five], true],
    ['<', { answerInteger: 5 }, [five], false],
    ['<', { answerInteger: 6 }, [five], true],
    ['>=', { answerInteger: 5 }, [five], true],
    ['<=', { answerInteger: 5 }, [five], true],
    ['<=', { answerInteger: 4 }, [five], false],
    ['>', { answerDate: '2026-01-01' }, [{ valueDate: '2026-01-02' }], true],
    ['<', { answerDateTime: '2026-01-01T12:00:00Z' }, [{ valueDateTime: '2026-01-01T05:59:00-06:00' }], true],
    ['>=', { answerTime: '14:00:00' }, [{ valueTime: '14:00:00' }], true],
    ['>', { answerQuantity: { value: 2, unit: 'kg' } }, [{ valueQuantity: { value: 3, unit: 'kg' } }], true],
    [
      '>',
      { answerQuantity: { value: 38, code: 'Cel' } },
      [{ valueQuantity: { value: 99, code: '[degF]' } }],
      false,
    ],
    [
      '>',
      { answerQuantity: { value: 38, code: 'Cel' } },
      [{ valueQuantity: { value: 102, code: '[degF]' } }],
      true,
    ],
    [
      '=',
      { answerQuantity: { value: 1, unit: 'g' } },
      [{ valueQuantity: { value: 1000, unit: 'mg' } }],
      true,
    ],
    [
      '>',
      { answerQuantity: { value: 5, unit: 'mmol/L' } },
      [{ valueQuantity: { value: 90, unit: 'mg/dL' } }],
      false,
    ],
    ['>', { answerQuantity: { value: 5 } }, [{ valueQuantity: { value: 90, unit: 'mg/dL' } }], true],
    ['>', { answerInteger: 1 }, [{ valueString: '5' }], false],
    ['=', { answerString: 'x' }, [{ valueString: 'x' }], true],
    ['=', { answerBoolean: false }, [{ valueBoolean: false }], true],
    ['=', { answerCoding: { code: 'a' } }, [{ valueCoding: { system: 's', code: 'a' } }], true],
    ['=', { answerCoding: { system: 't', code: 'a' } }, [{ valueCoding: { system: 's', code: 'a' } }], false],
  ])('%s %j with the answers %j is %s', (operator, wanted, answers, holds) => {
    expect(meets(answers, { question: 'q', operator, ...wanted })).toBe(holds);
  });

  const two = (enableBehavior?: 'all' | 'any') =>
    formOf([
      { linkId: 'a', type: 'boolean' },
      { linkId: 'b', type: 'integer' },
      {
        linkId: 'c',
        type: 'string',
        ...(enableBehavior ? { enableBehavior } : {}),
        enableWhen: [
          { question: 'a', operator: '=', answerBoolean: true },
          { question: 'b', operator: '>', answerInteger: 3 },
        ],
      },
    ]);

  it('asks when all conditions hold, or with "any" when one does', () => {
    expect(answered(two('any'), { a: 'true', b: '2', c: 'x' })).toContain('c');
    expect(answered(two('all'), { a: 'true', b: '2', c: 'x' })).not.toContain('c');
    expect(answered(two('all'), { a: 'true', b: '4', c: 'x' })).toContain('c');
  });

  it('takes what is not asked as not answered, down the chain', () => {
    const form = formOf([
      { linkId: 'a', type: 'boolean' },
      { linkId: 'b', type: 'boolean', enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }] },
      { linkId: 'c', type: 'string', enableWhen: [{ question: 'b', operator: '=', answerBoolean: true }] },
    ]);
    expect(answered(form, { a: 'true', b: 'true', c: 'x' })).toEqual(['a', 'b', 'c']);
    expect(answered(form, { a: 'false', b: 'true', c: 'x' })).toEqual(['a']);
  });

  it('looks for the question in its own row of a repeated group', () => {
    const form = formOf([
      {
        linkId: 'g',
        type: 'group',
        repeats: true,
        item: [
          { linkId: 'a', type: 'boolean' },
          {
            linkId: 'b',
            type: 'string',
            enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
          },
        ],
      },
    ]);
    const row = (a: string) => ({
      nodes: [
        { linkId: 'a', values: [{ text: a }], rows: [] },
        { linkId: 'b', values: [{ text: 'x' }], rows: [] },
      ],
    });
    const { items, disabled } = liveForm(form, [
      { linkId: 'g', values: [], rows: [row('true'), row('false')] },
    ]);
    expect(items.map(({ item }) => item?.map(({ linkId }) => linkId))).toEqual([['a', 'b'], ['a']]);
    expect([...disabled]).toEqual(['nodes.0.rows.1.nodes.1']);
  });

  it('two questions that wait for each other are not asked, and nothing hangs', () => {
    const form = formOf([
      {
        linkId: 'a',
        type: 'string',
        enableWhen: [{ question: 'b', operator: 'exists', answerBoolean: true }],
      },
      {
        linkId: 'b',
        type: 'string',
        enableWhen: [{ question: 'a', operator: 'exists', answerBoolean: true }],
      },
    ]);
    expect(answered(form, { a: 'x', b: 'y' })).toEqual([]);
  });
});

const CORE = 'http://hl7.org/fhir/StructureDefinition/';
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/';
const fhirpath = (expression: string) => ({ valueExpression: { language: 'text/fhirpath', expression } });

describe('the schema of a form', () => {
  const one = (item: Partial<Item>) => formOf([{ linkId: 'q', type: 'string', ...item }]);
  it.each<[string, Partial<Item>, string | FieldValue[], string[]]>([
    ['a required answer', { required: true }, '', ['This is needed']],
    ['an answer of blanks', { required: true }, '   ', ['This is needed']],
    ['too long a text', { maxLength: 3 }, 'four', ['At most 3 characters']],
    ['a text that is long enough', { maxLength: 4 }, 'four', []],
    [
      'another pattern',
      { extension: [{ url: `${CORE}regex`, valueString: '[0-9]{4}' }] },
      '12a4',
      ['It does not have the form that is asked for'],
    ],
    ['the pattern', { extension: [{ url: `${CORE}regex`, valueString: '[0-9]{4}' }] }, '1234', []],
    ['half a whole number', { type: 'integer' }, '1.5', ['A whole number is needed']],
    ['words for a number', { type: 'decimal' }, 'ten', ['A number is needed']],
    ['a thousands comma', { type: 'decimal' }, '1,500', ['A number is needed']],
    [
      'less than the least',
      { type: 'integer', extension: [{ url: `${CORE}minValue`, valueInteger: 3 }] },
      '2',
      ['At least 3'],
    ],
    ['the least', { type: 'integer', extension: [{ url: `${CORE}minValue`, valueInteger: 3 }] }, '3', []],
    [
      'more than the most',
      { type: 'decimal', extension: [{ url: `${CORE}maxValue`, valueDecimal: 45 }] },
      '45.1',
      ['At most 45'],
    ],
    [
      'too many decimals',
      { type: 'decimal', extension: [{ url: `${CORE}maxDecimalPlaces`, valueInteger: 1 }] },
      '1.25',
      ['At most 1 decimal places'],
    ],
    ['no date', { type: 'date' }, '31-Feb-2026', ['Write it like 24-Nov-2026']],
    ['a date', { type: 'date' }, '24-Nov-2026', []],
    [
      'a date too late',
      { type: 'date', extension: [{ url: `${CORE}maxValue`, valueDate: '2026-11-23' }] },
      '24-Nov-2026',
      ['Not after 23-Nov-2026'],
    ],
    ['no time', { type: 'time' }, '24:00', ['Write it like 14:05']],
    ['no moment', { type: 'dateTime' }, 'now', ['Write it like 24-Nov-2026 14:05']],
    [
      'a quantity without its unit',
      {
        type: 'quantity',
        extension: ['cm', 'm'].map((code) => ({
          url: `${CORE}questionnaire-unitOption`,
          valueCoding: { code },
        })),
      },
      '5',
      ['A unit is needed'],
    ],
    ['a quantity whose form names no unit either', { type: 'quantity' }, '5', ['A unit is needed']],
    [
      'a quantity with a blank for its unit',
      { type: 'quantity' },
      [{ text: '5', unit: ' ' }],
      ['A unit is needed'],
    ],
    ['a quantity in a unit of the nurse’s own', { type: 'quantity' }, [{ text: '5', unit: 'drops' }], []],
    [
      'what is not on the list',
      { type: 'choice', answerOption: [{ valueString: 'a' }] },
      'b',
      ['Choose from the list'],
    ],
    [
      'too few answers',
      { repeats: true, extension: [{ url: `${CORE}questionnaire-minOccurs`, valueInteger: 2 }] },
      'x',
      ['At least 2 answers'],
    ],
    [
      'too many answers',
      { repeats: true, extension: [{ url: `${CORE}questionnaire-maxOccurs`, valueInteger: 1 }] },
      [{ text: 'x' }, { text: 'y' }],
      ['At most 1 answers'],
    ],
  ])('says of %s what is wrong with it', (_what, item, value, expected) => {
    expect(problems(one(item), { q: value })).toEqual(expected);
  });

  it('asks for no unit where nobody can type one: read only, hidden, calculated', () => {
    const five = { type: 'quantity', initial: [{ valueQuantity: { value: 5 } }] };
    const form = formOf([
      { linkId: 'r', ...five, readOnly: true },
      { linkId: 'h', ...five, extension: [{ url: `${CORE}questionnaire-hidden`, valueBoolean: true }] },
      {
        linkId: 'c',
        type: 'quantity',
        extension: [
          {
            url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
            valueExpression: { language: 'text/fhirpath', expression: '2 + 3' },
          },
        ],
      },
    ]);
    expect(problems(form, {})).toEqual([]);
    expect(liveForm(form, emptySheet(form)).items.map(({ answer }) => answer)).toEqual(
      Array(3).fill([{ valueQuantity: { value: 5 } }]),
    );
  });

  it('does not need what is not asked, nor what is hidden', () => {
    const form = formOf([
      { linkId: 'a', type: 'boolean' },
      {
        linkId: 'b',
        type: 'string',
        required: true,
        enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
      },
      {
        linkId: 'c',
        type: 'string',
        required: true,
        extension: [{ url: `${CORE}questionnaire-hidden`, valueBoolean: true }],
      },
    ]);
    expect(problems(form, { a: 'false' })).toEqual([]);
    expect(problems(form, { a: 'true' })).toEqual(['This is needed']);
  });

  it('holds constraints of the form itself; a warning does not keep it from being signed', () => {
    const constraint = (severity: string) => ({
      url: `${CORE}questionnaire-constraint`,
      extension: [
        { url: 'key', valueString: 'k' },
        { url: 'severity', valueCode: severity },
        { url: 'human', valueString: 'They differ' },
        {
          url: 'expression',
          valueString: "%context.answer.value = %resource.descendants().where(linkId='a').answer.value",
        },
      ],
    });
    const form = (severity: string) =>
      formOf([
        { linkId: 'a', type: 'string' },
        { linkId: 'b', type: 'string', extension: [constraint(severity)] },
      ]);
    expect(problems(form('error'), { a: 'x', b: 'y' })).toEqual(['They differ']);
    expect(problems(form('error'), { a: 'x', b: 'x' })).toEqual([]);
    expect(problems(form('warning'), { a: 'x', b: 'y' })).toEqual([]);
    const warned = form('warning');
    const sheet = filled(warned, { a: 'x', b: 'y' });
    expect(brokenConstraints(warned, sheet, liveForm(warned, sheet))).toMatchObject([
      { severity: 'warning' },
    ]);
  });
});

describe('expressions', () => {
  it('a score is calculated from the answers, and from other scores', () => {
    const sum = (expression: string) => [
      { url: `${SDC}sdc-questionnaire-calculatedExpression`, ...fhirpath(expression) },
    ];
    const form = formOf([
      { linkId: 'a', type: 'integer' },
      { linkId: 'b', type: 'integer' },
      {
        linkId: 'twice',
        type: 'integer',
        extension: sum("%resource.item.where(linkId='sum').answer.value * 2"),
      },
      {
        linkId: 'sum',
        type: 'integer',
        extension: sum(
          "%resource.item.where(linkId='a' or linkId='b').answer.value.aggregate($this + $total, 0)",
        ),
      },
    ]);
    const { items } = liveForm(form, filled(form, { a: '2', b: '3' }));
    expect(items).toContainEqual({ linkId: 'sum', answer: [{ valueInteger: 5 }] });
    expect(items).toContainEqual({ linkId: 'twice', answer: [{ valueInteger: 10 }] });
  });

  it('a question is asked by an expression over a variable of the form', () => {
    const form = formOf(
      [
        { linkId: 'fever', type: 'boolean' },
        {
          linkId: 'since',
          type: 'date',
          extension: [{ url: `${SDC}sdc-questionnaire-enableWhenExpression`, ...fhirpath('%has-fever') }],
        },
      ],
      {
        extension: [
          {
            url: `${CORE}variable`,
            valueExpression: {
              name: 'has-fever',
              language: 'text/fhirpath',
              expression: "%resource.descendants().where(linkId='fever').answer.value",
            },
          },
        ],
      },
    );
    expect(answered(form, { fever: 'true', since: '2026-11-20' })).toContain('since');
    expect(answered(form, { fever: 'false', since: '2026-11-20' })).not.toContain('since');
  });

  it('a form is filled in beforehand from what the chart knows', () => {
    const form = formOf([
      {
        linkId: 'born',
        type: 'date',
        extension: [{ url: `${SDC}sdc-questionnaire-initialExpression`, ...fhirpath('%patient.birthDate') }],
      },
    ]);
    const sheet = prefill(form, emptySheet(form), {
      patient: { resourceType: 'Patient', birthDate: '1951-03-04' },
    });
    expect(sheet[0]?.values).toEqual([{ text: '04-Mar-1951' }]);
  });

  it('two that feed each other come to an end', () => {
    const next = (other: string) => [
      {
        url: `${SDC}sdc-questionnaire-calculatedExpression`,
        ...fhirpath(
          `iif(%resource.item.where(linkId='${other}').exists(), %resource.item.where(linkId='${other}').answer.value + 1, 1)`,
        ),
      },
    ];
    const form = formOf([
      { linkId: 'a', type: 'integer', extension: next('b') },
      { linkId: 'b', type: 'integer', extension: next('a') },
    ]);
    expect(liveForm(form, emptySheet(form)).items).toHaveLength(2);
  });

  it('asks no server, whatever the form wants', () => {
    const form = formOf([
      { linkId: 'a', type: 'string' },
      {
        linkId: 'b',
        type: 'string',
        extension: [
          {
            url: `${SDC}sdc-questionnaire-calculatedExpression`,
            ...fhirpath("%terminologies.expand('http://x.example/vs')"),
          },
        ],
      },
    ]);
    expect(answered(form, { a: 'x' })).toEqual(['a']);
  });
});

describe('a sheet', () => {
  it('keeps moments by the ward’s clock', () => {
    const form = formOf([{ linkId: 'q', type: 'dateTime' }]);
    const { items } = liveForm(form, filled(form, { q: '24-Nov-2026 14:05' }));
    expect(items[0]?.answer).toEqual([{ valueDateTime: '2026-11-24T14:05:00-06:00' }]);
    expect(sheetFrom(form, items)[0]?.values).toEqual([{ text: '24-Nov-2026 14:05' }]);
  });

  it('a half-filled one goes on in a newer version of its form', () => {
    const before = formOf([
      { linkId: 'a', type: 'string' },
      { linkId: 'b', type: 'string' },
    ]);
    const after = formOf([
      { linkId: 'new', type: 'string' },
      { linkId: 'b', type: 'string' },
    ]);
    expect(fitSheet(after.items, filled(before, { a: 'x', b: 'y' }))).toEqual(filled(after, { b: 'y' }));
  });

  it('LAW: what was answered is read back the same, whatever was typed and however the form nests', () => {
    const options = [{ valueString: 'one' }, { valueCoding: { system: 's', code: 'two', display: 'Two' } }];
    const form = formOf([
      {
        linkId: 's',
        type: 'string',
        repeats: true,
        item: [{ linkId: 's.help', type: 'display', text: 'help' }],
      },
      { linkId: 'n', type: 'decimal' },
      { linkId: 'c', type: 'choice', repeats: true, answerOption: options },
      { linkId: 'o', type: 'open-choice', answerOption: options },
      {
        linkId: 'g',
        type: 'group',
        repeats: true,
        item: [
          { linkId: 'g.b', type: 'boolean', item: [{ linkId: 'g.b.t', type: 'text' }] },
          { linkId: 'g.q', type: 'quantity' },
          { linkId: 'g.d', type: 'date' },
        ],
      },
    ]);
    const value = fc.record({
      text: fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('', '1.5', '0.0000001', 'true', '24-Nov-2026', '2026'),
      ),
    });
    const chosen = fc.oneof(value, fc.record({ text: fc.constant(''), option: fc.nat(2) }));
    const node = (
      linkId: string,
      values: fc.Arbitrary<FieldValue[]>,
      rows: fc.Arbitrary<SheetNode['rows']> = fc.constant([]),
    ) => fc.record({ linkId: fc.constant(linkId), values, rows });
    const many = (of: fc.Arbitrary<FieldValue>) => fc.array(of, { minLength: 1, maxLength: 3 });
    const single = (of: fc.Arbitrary<FieldValue>) => of.map((one) => [one]);
    const inner = (...nodes: fc.Arbitrary<SheetNode>[]) =>
      fc.tuple(...nodes).map((all): { nodes: SheetNode[] } => ({ nodes: all }));
    const sheet = fc.tuple(
      node('s', many(value), fc.constant([{ nodes: [{ linkId: 's.help', values: [], rows: [] }] }])),
      node('n', single(value)),
      node('c', many(chosen)),
      node('o', single(chosen)),
      node(
        'g',
        fc.constant([]),
        fc.array(
          inner(
            node(
              'g.b',
              single(value),
              fc.array(inner(node('g.b.t', single(value))), { minLength: 1, maxLength: 1 }),
            ),
            node('g.q', single(value.chain((one) => fc.constantFrom(one, { ...one, unit: 'cm' })))),
            node('g.d', single(value)),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      ),
    );
    fc.assert(
      fc.property(sheet, (nodes) => {
        const { items } = liveForm(form, nodes);
        expect(liveForm(form, sheetFrom(form, items)).items).toEqual(items);
      }),
    );
  });
});

describe('a number with a unit', () => {
  const unit = (valueCoding: object) => [
    { url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit', valueCoding },
  ];
  const celsius = { system: 'http://unitsofmeasure.org', code: 'Cel', display: '°C' };
  const form = formOf([
    { linkId: 'temperature', type: 'decimal', text: 'Temperature', extension: unit(celsius) },
    { linkId: 'depth', type: 'integer', text: 'Depth', extension: unit({ code: 'mm' }) },
    {
      linkId: 'length',
      type: 'decimal',
      text: 'Length',
      item: [
        {
          linkId: 'length-unit',
          type: 'display',
          text: 'cm',
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl',
              valueCodeableConcept: { coding: [{ code: 'unit' }] },
            },
          ],
        },
      ],
    },
    {
      linkId: 'above',
      type: 'decimal',
      text: 'Above normal',
      extension: [
        ...unit(celsius),
        {
          url: `${SDC}sdc-questionnaire-calculatedExpression`,
          ...fhirpath("%resource.item.where(linkId='temperature').answer.value - 37.5"),
        },
      ],
    },
  ]);
  const { items } = liveForm(form, filled(form, { temperature: '38.5', depth: '4', length: '2.5' }));

  it('is read with it, wherever the form is read in words', () => {
    expect(formLines(items).map(({ text, answer }) => `${text}: ${answer}`)).toEqual([
      'Temperature: 38.5 °C',
      'Depth: 4 mm',
      'Length: 2.5 cm',
      'Above normal: 1 °C',
    ]);
  });

  it('keeps it when it is saved, and is read back the same', () => {
    const saved = FormAnswered.shape.items.parse(items);
    expect(formLines(saved)).toEqual(formLines(items));
    expect(liveForm(form, sheetFrom(form, saved)).items).toEqual(items);
  });
});

describe('what stands beneath a question that nobody answered, or beneath a text', () => {
  const form = formOf([
    {
      linkId: 'pain',
      type: 'boolean',
      text: 'Pain?',
      item: [{ linkId: 'where', type: 'string', text: 'Where' }],
    },
    {
      linkId: 'note',
      type: 'display',
      text: 'Skin',
      item: [{ linkId: 'skin', type: 'string', text: 'Seen' }],
    },
  ]);
  it('is kept, and read back into the same fields', () => {
    const sheet = filled(form, { where: 'left knee', skin: 'red heel' });
    const { items } = liveForm(form, sheet);
    expect(items).toEqual([
      {
        linkId: 'pain',
        text: 'Pain?',
        item: [{ linkId: 'where', text: 'Where', answer: [{ valueString: 'left knee' }] }],
      },
      {
        linkId: 'note',
        text: 'Skin',
        item: [{ linkId: 'skin', text: 'Seen', answer: [{ valueString: 'red heel' }] }],
      },
    ]);
    expect(liveForm(form, sheetFrom(form, items)).items).toEqual(items);
    expect(formLines(items).map(({ text, answer }) => `${text}: ${answer ?? ''}`)).toEqual([
      'Pain?: ',
      'Where: left knee',
      'Skin: ',
      'Seen: red heel',
    ]);
  });
});
