import { answerInWords, type Chart, unitInWords } from '../../../clinical/index.ts';
import { type Form, type FormItem, unitsOf } from '../../../forms/index.ts';
import { notPrinted, type Paper, type PaperPiece } from './paper.ts';

/** Rows that a repeating group leaves for a pen. */
const ROWS = 4;
/** Answers to tick; of a list of a thousand codes the pen writes one. */
const MOST_OPTIONS = 30;

/** A form to be filled in with a pen: for when the last tablet is gone. With a patient, their identity stands on it. */
export function blankFormPaper(form: Form, chart: Chart | undefined): Paper {
  return {
    title: `${form.title}${form.version === undefined ? '' : `, version ${form.version}`}`,
    ...(chart ? { chart } : {}),
    pieces: [
      ...(chart
        ? []
        : [
            {
              key: 'who',
              node: (
                <div className="paper-row" style={{ gridTemplateColumns: '1fr 1fr 1fr' }}>
                  <span>Family name, given name</span>
                  <span>Born</span>
                  <span>Number</span>
                  <div className="paper-blank" />
                  <div className="paper-blank" />
                  <div className="paper-blank" />
                </div>
              ),
            },
          ]),
      ...form.items.flatMap((item) => itemPieces(item, 0)),
      {
        key: 'signature',
        node: (
          <div className="paper-row" style={{ gridTemplateColumns: '1fr 1fr 1fr', paddingTop: '4mm' }}>
            <span>Date and time</span>
            <span>Name and role</span>
            <span>Signature</span>
            <div className="paper-blank" />
            <div className="paper-blank" />
            <div className="paper-blank" />
          </div>
        ),
      },
      ...(form.copyright === undefined
        ? []
        : [{ key: 'copyright', node: <small className="paper-text">{form.copyright}</small> }]),
    ],
  };
}

function itemPieces(item: FormItem, depth: number): PaperPiece[] {
  if (item.hidden || item.calculated !== undefined) return [];
  const inside = item.items.flatMap((child) => itemPieces(child, depth + 1));
  if (item.type === 'group') {
    const head = { key: item.linkId, node: <div className="paper-head">{item.text}</div> };
    const rows = item.repeats ? ROWS : 1;
    return [
      head,
      ...Array.from({ length: rows }, (_, row) =>
        inside.map((piece) => ({ ...piece, key: `${item.linkId} ${row} ${piece.key}` })),
      ).flat(),
    ];
  }
  if (item.type === 'display')
    return [{ key: item.linkId, node: <div className="paper-text">{item.text}</div> }];
  return [{ key: item.linkId, node: <Question item={item} /> }, ...inside];
}

const NUMBERS = ['integer', 'decimal', 'quantity'];

/** A number is written beside its unit, ticked where the form lets one choose; of a quantity without one, a pen names it. */
function UnitOnPaper({ item }: { item: FormItem }) {
  if (!NUMBERS.includes(item.type)) return null;
  const units = unitsOf(item.source).map(unitInWords);
  if (units.length === 0) return item.type === 'quantity' ? <span>Unit: ____________</span> : null;
  if (units.length === 1 || item.type !== 'quantity') return <span>{units[0]}</span>;
  return (
    <span>
      Unit:{' '}
      {units.map((unit) => (
        <span key={unit} style={{ display: 'inline-block' }}>
          <span className="paper-box" />
          {unit}{' '}
        </span>
      ))}
    </span>
  );
}

function Question({ item }: { item: FormItem }) {
  const options =
    item.type === 'boolean'
      ? ['Yes', 'No']
      : item.options.slice(0, MOST_OPTIONS).map((option) => answerInWords(option));
  const long = item.type === 'text';
  return (
    <div
      className="paper-row"
      style={{
        gridTemplateColumns: long ? '1fr' : NUMBERS.includes(item.type) ? '75mm 1fr 35mm' : '75mm 1fr',
      }}
    >
      <span>
        {item.prefix} {item.text}
        {item.required ? ' *' : ''}
      </span>
      {options.length > 0 ? (
        <span>
          {options.map((option) => (
            <span key={option} style={{ display: 'inline-block' }}>
              <span className="paper-box" />
              {option}{' '}
            </span>
          ))}
          {notPrinted(item.options.length, MOST_OPTIONS)}
          {item.options.length > MOST_OPTIONS && <div className="paper-blank" />}
        </span>
      ) : (
        <div className="paper-blank" style={long ? { minHeight: '16mm' } : {}} />
      )}
      <UnitOnPaper item={item} />
    </div>
  );
}
