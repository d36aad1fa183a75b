import type { FormAnswer, FormResponseItem } from '../clinical/index.ts';
import { isEnabled } from './enable-when.ts';
import { evaluate } from './expressions.ts';
import type { Form, FormItem } from './form.ts';
import type { SheetNode } from './sheet.ts';
import { inItsUnit, isEmpty } from './values.ts';

/** Where an item stands on the sheet: the path of its node, as react-hook-form names it (`nodes.2.rows.0.nodes.1`). */
export type SheetPath = string;

/** What the form looks like with the answers that it has now. */
export interface LiveForm {
  /** Answered so far, as FHIR has it; what is not asked or not readable is left out. */
  items: FormResponseItem[];
  /** Not asked, given the other answers. */
  disabled: ReadonlySet<SheetPath>;
  calculated: ReadonlyMap<SheetPath, FormAnswer[]>;
  /** Questions whose words depend on other answers. */
  texts: ReadonlyMap<SheetPath, string>;
}

/** What expressions may ask beside the answers. */
export interface FormContext {
  /** FHIR Patient with what the chart knows. */
  patient?: { resourceType: 'Patient' } & Record<string, unknown>;
}

/** One item in one place of the sheet. */
export interface Place {
  item: FormItem;
  node: SheetNode;
  path: SheetPath;
  /** Nodes beside it, and those around them, from the inside out: where enableWhen looks for its question. */
  scopes: Place[][];
  parent: Place | undefined;
  inside: Place[];
}

/** Expressions may depend on each other's results; a form that has not settled by then goes round in circles. */
const MOST_ROUNDS = 8;

export function liveForm(form: Form, sheet: readonly SheetNode[], context: FormContext = {}): LiveForm {
  const places = placesOf(form.items, sheet, 'nodes', [], undefined);
  const flat = flatten(places);
  let said: Said = { enabled: new Map(), calculated: new Map(), texts: new Map() };
  let result = build(places, said);
  const hasExpressions = flat.some(
    ({ item }) => item.calculated ?? item.enableExpression ?? item.textExpression,
  );
  for (let round = 0; hasExpressions && round < MOST_ROUNDS; round++) {
    const next = ask(form, flat, result.items, context);
    if (same(said, next)) break;
    said = next;
    result = build(places, said);
  }
  return { ...result, calculated: said.calculated, texts: said.texts };
}

/** What the expressions answered. */
interface Said {
  enabled: Map<SheetPath, boolean>;
  calculated: Map<SheetPath, FormAnswer[]>;
  texts: Map<SheetPath, string>;
}

const same = (a: Said, b: Said): boolean =>
  JSON.stringify([...a.enabled, ...a.calculated, ...a.texts]) ===
  JSON.stringify([...b.enabled, ...b.calculated, ...b.texts]);

export function placesOf(
  items: readonly FormItem[],
  nodes: readonly SheetNode[],
  path: string,
  scopes: Place[][],
  parent: Place | undefined,
): Place[] {
  const beside: Place[] = [];
  const around = [beside, ...scopes];
  items.forEach((item, index) => {
    const node = nodes[index];
    if (!node) return;
    const place: Place = { item, node, path: `${path}.${index}`, scopes: around, parent, inside: [] };
    place.inside = node.rows.flatMap((row, at) =>
      placesOf(item.items, row.nodes, `${place.path}.rows.${at}.nodes`, around, place),
    );
    beside.push(place);
  });
  return beside;
}

export const flatten = (places: readonly Place[]): Place[] =>
  places.flatMap((place) => [place, ...flatten(place.inside)]);

/** The answers of one place that can be read; what is half typed is no answer yet. */
function answersAt({ item, node }: Place): FormAnswer[] {
  return node.values.flatMap((value) => {
    if (isEmpty(value)) return [];
    const parsed = item.schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}

function build(places: Place[], said: Said): Pick<LiveForm, 'items' | 'disabled'> {
  const disabled = new Set<SheetPath>();
  const answers = (place: Place): FormAnswer[] =>
    place.item.calculated === undefined ? answersAt(place) : (said.calculated.get(place.path) ?? []);
  const enabled = isEnabled(answers, said.enabled);

  function write(own: readonly Place[]): FormResponseItem[] {
    return own.flatMap((place): FormResponseItem[] => {
      if (!enabled(place)) {
        for (const { path } of flatten([place])) disabled.add(path);
        return [];
      }
      const { item } = place;
      const words = said.texts.get(place.path) ?? item.text;
      const base = { linkId: item.linkId, ...(words === '' ? {} : { text: words }) };
      if (item.type === 'group') {
        // One entry for each row of a repeated group.
        return place.node.rows.flatMap((_, at) => {
          const row = `${place.path}.rows.${at}.nodes.`;
          const inside = write(place.inside.filter(({ path }) => path.startsWith(row)));
          return inside.length > 0 ? [{ ...base, item: inside }] : [];
        });
      }
      const inside = write(place.inside);
      const own = item.isQuestion ? answers(place) : [];
      // What was written beneath it is kept, whether or not the question itself was answered.
      if (own.length === 0) return inside.length > 0 ? [{ ...base, item: inside }] : [];
      const [first, ...others] = own;
      return [{ ...base, answer: [inside.length > 0 ? { ...first!, item: inside } : first!, ...others] }];
    });
  }
  return { items: write(places), disabled };
}

/** The environment of SDC's expressions: the answers so far, the form, the patient, the form's variables. */
function environmentOf(form: Form, items: FormResponseItem[], context: FormContext) {
  const resource = { resourceType: 'QuestionnaireResponse', status: 'in-progress', item: items };
  const environment: Record<string, unknown> = {
    resource,
    questionnaire: form.questionnaire,
    ...(context.patient ? { patient: context.patient } : {}),
  };
  for (const { name, expression } of form.variables)
    environment[name] = evaluate(expression, { value: resource }, environment);
  return { resource, environment };
}

function ask(form: Form, flat: readonly Place[], items: FormResponseItem[], context: FormContext): Said {
  const said: Said = { enabled: new Map(), calculated: new Map(), texts: new Map() };
  const { environment } = environmentOf(form, items, context);
  for (const place of flat) {
    const { item, path } = place;
    if (!item.calculated && !item.enableExpression && !item.textExpression) continue;
    const focus = { base: 'QuestionnaireResponse.item', value: { linkId: item.linkId } };
    const own = withVariables(place, focus, environment);
    if (item.enableExpression !== undefined)
      said.enabled.set(path, evaluate(item.enableExpression, focus, own).at(-1) === true);
    if (item.calculated !== undefined)
      said.calculated.set(
        path,
        evaluate(item.calculated, focus, own).flatMap((value) => resultOf(value, item)),
      );
    if (item.textExpression !== undefined) {
      const words = evaluate(item.textExpression, focus, own)[0];
      if (typeof words === 'string') said.texts.set(path, words);
    }
  }
  return said;
}

/** Variables of the groups around it, from the outside in, then its own. */
function withVariables(
  place: Place,
  focus: { value: unknown; base?: string },
  environment: Record<string, unknown>,
): Record<string, unknown> {
  const outer = place.parent ? withVariables(place.parent, focus, environment) : environment;
  if (place.item.variables.length === 0) return outer;
  const own = { ...outer };
  for (const { name, expression } of place.item.variables) own[name] = evaluate(expression, focus, own);
  return own;
}

/** What an expression gave, as an answer of the item's type; nothing where it gave something else. */
function resultOf(value: unknown, item: FormItem): FormAnswer[] {
  if (value === null || value === undefined) return [];
  const plain = typeof value === 'object' && !isRecord(value) ? String(value) : value;
  switch (item.type) {
    case 'boolean':
      return typeof plain === 'boolean' ? [{ valueBoolean: plain }] : [];
    case 'integer':
      return typeof plain === 'number' && Number.isFinite(plain)
        ? [{ valueInteger: Math.round(plain), ...inItsUnit(item.source) }]
        : [];
    case 'decimal':
      return typeof plain === 'number' && Number.isFinite(plain)
        ? [{ valueDecimal: plain, ...inItsUnit(item.source) }]
        : [];
    case 'quantity': {
      if (typeof plain === 'number' && Number.isFinite(plain)) {
        const parsed = item.schema.safeParse({ text: String(plain) });
        return parsed.success ? [parsed.data] : [];
      }
      return [];
    }
    case 'date':
      return typeof plain === 'string' ? [{ valueDate: plain.slice(0, 10) }] : [];
    case 'dateTime':
      return typeof plain === 'string' ? [{ valueDateTime: plain }] : [];
    case 'time':
      return typeof plain === 'string' ? [{ valueTime: plain }] : [];
    case 'choice':
    case 'open-choice': {
      const code = isRecord(plain) && typeof plain.code === 'string' ? plain.code : plain;
      const option = item.options.find(
        (one) => one.valueCoding?.code === code || one.valueString === code || one.valueInteger === code,
      );
      return option ? [option] : [];
    }
    default:
      return typeof plain === 'string' || typeof plain === 'number' ? [{ valueString: String(plain) }] : [];
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Constraints of the form that the answers break, each at its item. */
export function brokenConstraints(
  form: Form,
  sheet: readonly SheetNode[],
  live: LiveForm,
  context: FormContext = {},
): { path: SheetPath; message: string; severity: 'error' | 'warning' }[] {
  const { environment } = environmentOf(form, live.items, context);
  return flatten(placesOf(form.items, sheet, 'nodes', [], undefined)).flatMap((place) => {
    const { item, path } = place;
    const answer = answersAt(place);
    if (item.constraints.length === 0 || live.disabled.has(path) || answer.length === 0) return [];
    const own = { linkId: item.linkId, answer };
    return item.constraints
      .filter(({ expression }) => {
        // %context is the item itself: the library's own, which knows its type.
        const [holds] = evaluate(expression, { value: own, base: 'QuestionnaireResponse.item' }, environment);
        return holds === false;
      })
      .map(({ message, severity }) => ({ path, message, severity }));
  });
}

/** Values that the form asks to be filled in from the chart at the start. */
export function prefill(form: Form, sheet: SheetNode[], context: FormContext): SheetNode[] {
  const { environment } = environmentOf(form, [], context);
  const fill = (items: readonly FormItem[], nodes: SheetNode[]): SheetNode[] =>
    nodes.map((node, index) => {
      const item = items[index]!;
      const rows = node.rows.map((row) => ({ nodes: fill(item.items, row.nodes) }));
      if (item.initialExpression === undefined || !item.isQuestion) return { ...node, rows };
      const found = evaluate(
        item.initialExpression,
        { value: { linkId: item.linkId }, base: 'QuestionnaireResponse.item' },
        environment,
      ).flatMap((value) => resultOf(value, item));
      const values = found.flatMap((answer) => item.show(answer) ?? []);
      return {
        ...node,
        rows,
        values: values.length > 0 ? (item.repeats ? values : values.slice(0, 1)) : node.values,
      };
    });
  return fill(form.items, sheet);
}
