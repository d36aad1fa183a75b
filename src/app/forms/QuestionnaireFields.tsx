import './forms.css';
import { Button } from '@mantine/core';
import { get, type UseFormReturn, useFieldArray } from 'react-hook-form';
import { answerInWords } from '../../clinical/index.ts';
import {
  emptyNode,
  type Form,
  type FormItem,
  isOneTapEvent,
  type LiveForm,
  type SheetNode,
} from '../../forms/index.ts';
import { AnswerField, nowFor } from './AnswerField.tsx';

/** What the fields of a form are bound to. */
export interface SheetFields {
  nodes: SheetNode[];
}

export interface FieldsProps {
  form: Form;
  live: LiveForm;
  sheet: UseFormReturn<SheetFields>;
  /** Warnings of the form's own constraints, by place. */
  warnings: ReadonlyMap<string, string>;
}

/** A form as it is filled in: every item of the Questionnaire that is asked now, in its order. */
export function QuestionnaireFields(props: FieldsProps) {
  return <Items {...props} items={props.form.items} path="nodes" depth={0} />;
}

function Items({
  items,
  path,
  depth,
  ...props
}: FieldsProps & { items: readonly FormItem[]; path: string; depth: number }) {
  return items.map((item, index) => {
    const own = `${path}.${index}`;
    if (item.hidden || props.live.disabled.has(own)) return null;
    return <OneItem key={own} {...props} item={item} path={own} depth={depth} />;
  });
}

type ItemProps = FieldsProps & { item: FormItem; path: string; depth: number };

function OneItem(props: ItemProps) {
  const { item, path, live } = props;
  const words = [item.prefix, live.texts.get(path) ?? item.text].filter((part) => part).join(' ');
  if (item.unsupported !== undefined)
    return (
      <p className="notice">
        <strong>{words || item.linkId}</strong> cannot be answered here: unsupported: {item.unsupported}.
        Write it on paper.
      </p>
    );
  if (item.type === 'group') return <Group {...props} words={words} />;
  if (item.type === 'display')
    return (
      <div className={item.isHelp ? 'quiet' : ''}>
        {words}
        <Items {...props} items={item.items} path={`${path}.rows.0.nodes`} />
      </div>
    );
  return <Question {...props} words={words} />;
}

function Group(props: ItemProps & { words: string }) {
  const { item, path, sheet, words, depth, form } = props;
  const event = eventOf(item);
  const rows = useFieldArray({ control: sheet.control, name: `${path}.rows` as 'nodes.0.rows' });
  const Heading = depth === 0 ? 'h3' : 'h4';
  const shown = item.repeats ? rows.fields : rows.fields.slice(0, 1);
  return (
    <section className={`stack ${depth === 0 ? 'card' : 'form-group'}`} aria-label={words || undefined}>
      {words && <Heading>{words}</Heading>}
      {shown.map((row, at) => (
        <div key={row.id} className={item.repeats ? 'form-row stack' : 'stack'}>
          <Items {...props} items={item.items} path={`${path}.rows.${at}.nodes`} depth={depth + 1} />
          {item.repeats && shown.length > Math.max(1, item.minOccurs) && (
            <div>
              <Button
                variant="default"
                aria-label={`Remove ${words || 'this'} ${at + 1}`}
                onClick={() => rows.remove(at)}
              >
                Remove
              </Button>
            </div>
          )}
        </div>
      ))}
      {event && shown.length < item.maxOccurs && (
        <fieldset className="tiles" aria-label={`${words}: one tap writes it with its time`}>
          <div className="row">
            {event.options.map((option, at) => {
              const name = answerInWords(option);
              return (
                <Button
                  key={name}
                  variant="default"
                  aria-label={`Now: ${name}`}
                  onClick={() => {
                    const nodes = event.row(at, nowFor('dateTime', form.timeZone));
                    // The empty row that a group begins with is the first event's.
                    if (isBlank(sheet.getValues(`${path}.rows` as 'nodes.0.rows'), item))
                      rows.update(0, { nodes });
                    else rows.append({ nodes });
                  }}
                >
                  {name}
                </Button>
              );
            })}
          </div>
        </fieldset>
      )}
      {item.repeats && shown.length < item.maxOccurs && (
        <div>
          <Button variant="default" onClick={() => rows.append({ nodes: item.items.map(emptyNode) })}>
            Add another{words ? `: ${words}` : ''}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Of a group of events, as a form that comes along marks it: what may be tapped, and the row that a tap writes. */
function eventOf(item: FormItem) {
  const time = item.items.findIndex(({ type }) => type === 'dateTime');
  const what = item.items.findIndex(({ options }) => options.length > 0);
  if (!item.repeats || !isOneTapEvent(item.source) || time < 0 || what < 0) return undefined;
  return {
    options: item.items[what]!.options,
    row: (option: number, now: string): SheetNode[] =>
      item.items.map((inner, index) => ({
        ...emptyNode(inner),
        ...(index === time ? { values: [{ text: now }] } : {}),
        ...(index === what ? { values: [{ text: '', option }] } : {}),
      })),
  };
}

const isBlank = (rows: SheetNode['rows'], item: FormItem): boolean =>
  rows.length === 1 && JSON.stringify(rows[0]?.nodes) === JSON.stringify(item.items.map(emptyNode));

function Question(props: ItemProps & { words: string }) {
  const { item, path, sheet, live, words, warnings } = props;
  const calculated = live.calculated.get(path);
  const problem = problemAt(sheet, path);
  const warning = warnings.get(path);
  const label = `${words || item.linkId}${item.required ? ' *' : ''}`;
  return (
    <div className="stack form-question">
      {item.calculated === undefined ? (
        <AnswerField
          item={item}
          path={path}
          sheet={sheet}
          label={label}
          problem={problem}
          form={props.form}
        />
      ) : (
        <div role="status" aria-label={words}>
          {label} <strong>{calculated?.map(answerInWords).join(', ') || 'not calculated yet'}</strong>
        </div>
      )}
      {warning && (
        <p className="notice" role="status">
          {warning}
        </p>
      )}
      <Items {...props} items={item.items} path={`${path}.rows.0.nodes`} />
    </div>
  );
}

/** The first thing that is wrong with any of its answers. */
function problemAt(sheet: UseFormReturn<SheetFields>, path: string): string | undefined {
  const values: unknown = get(sheet.formState.errors, `${path}.values`);
  if (!Array.isArray(values)) return undefined;
  for (const value of values as unknown[]) {
    const message: unknown = get(value, 'text.message');
    if (typeof message === 'string') return message;
  }
  return undefined;
}
