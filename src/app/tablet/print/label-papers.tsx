import {
  type Chart,
  type ChartOrder,
  displayName,
  formatDate,
  formatInstant,
  serviceLine,
  sexInWords,
} from '../../../clinical/index.ts';
import { Barcode } from './Barcode.tsx';
import { ALLERGIES, numbersOnPaper } from './PaperIdentity.tsx';
import { notPrinted, type Paper } from './paper.ts';

/** As many as a patient needs before the next print; they fill a sheet of labels. */
const LABELS = 12;
/** On a requisition, which has to stay one page. */
const MOST_PROBLEMS = 6;

const numberOf = ({ identity }: Chart): string => identity.numbers[0]?.value ?? '';

function Who({ chart }: { chart: Chart }) {
  const { identity } = chart;
  return (
    <span>
      <strong>{displayName(identity.name)}</strong>
      <br />
      Born {identity.birthDate ? formatDate(identity.birthDate) : 'not known'} · {sexInWords(identity.sex)}
      <br />
      {identity.numbers.map(({ kind, value }) => (
        <span key={value}>
          {kind === 'MRT' ? 'Downtime no.' : 'EHR no.'} <strong>{value}</strong>{' '}
        </span>
      ))}
      {identity.numbers.length === 0 && <strong>{numbersOnPaper(identity)}</strong>}
    </span>
  );
}

/** For a clear sleeve, cut along the line: the square code is read around a wrist, the bars by old scanners. */
export function wristbandPaper(chart: Chart): Paper {
  const number = numberOf(chart);
  const { status, ehrUnread } = chart.allergies;
  return {
    title: 'Wristband',
    chart,
    pieces: [
      {
        key: 'wristband',
        node: (
          <div className="paper-wristband">
            {number !== '' && <Barcode kind="datamatrix" text={number} height="18mm" />}
            <Who chart={chart} />
            <strong className="paper-wristband-allergies">
              {ALLERGIES[status]}
              {ehrUnread && '. The EHR’s were not read: there may be more'}
            </strong>
            {number !== '' && <Barcode kind="code128" text={number} height="14mm" />}
          </div>
        ),
      },
      {
        key: 'how',
        node: (
          <p>
            Cut along the line and put it into a clear wristband. Read name and date of birth aloud with the
            patient before it is closed.
          </p>
        ),
      },
    ],
  };
}

export function labelsPaper(chart: Chart): Paper {
  const number = numberOf(chart);
  return {
    title: 'Patient labels',
    chart,
    pieces: [
      {
        key: 'labels',
        node: (
          <div className="paper-labels">
            {Array.from({ length: LABELS }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
              <div key={index} className="paper-label">
                {number !== '' && <Barcode kind="datamatrix" text={number} height="15mm" />}
                <Who chart={chart} />
              </div>
            ))}
          </div>
        ),
      },
    ],
  };
}

/** Labels of one specimen, filled in beside the patient: containers are labelled in the patient's presence (NPSG.01.01.01). */
function SpecimenLabel({ chart, order }: { chart: Chart; order: ChartOrder }) {
  const { detail } = order;
  const number = numberOf(chart);
  if (detail.category === 'medication') return null;
  return (
    <div className="paper-label">
      {number !== '' && <Barcode kind="datamatrix" text={number} height="15mm" />}
      <span>
        <Who chart={chart} />
        <br />
        {detail.request.text}
        {detail.category === 'laboratory' && detail.specimen ? `, ${detail.specimen}` : ''}
        <br />
        Taken ____-____-______ ____:____ by ______
      </span>
    </div>
  );
}

/** What goes to laboratory, imaging or blood bank with the order: a requisition, and the labels for its specimens. */
export function requisitionPaper(chart: Chart, order: ChartOrder, timeZone: string): Paper {
  const { detail } = order;
  const number = numberOf(chart);
  if (detail.category === 'medication') return { title: 'Requisition', chart, pieces: [] };
  const facts: [string, string][] = [
    ['Requested', serviceLine(detail)],
    ['Ordered by', order.received?.prescriber ?? order.signedBy ?? 'not known'],
    ['Signed', order.signedAt === undefined ? 'in the EHR' : formatInstant(order.signedAt, timeZone)],
    ...(order.received && !order.received.signedBy
      ? ([['By voice', `written and read back by ${order.signedBy ?? ''}; not signed yet`]] as [
          string,
          string,
        ][])
      : []),
    [
      'Problems',
      [...chart.problems.slice(0, MOST_PROBLEMS), notPrinted(chart.problems.length, MOST_PROBLEMS)]
        .filter((text) => text !== '')
        .join(' · ') || 'not recorded',
    ],
    ['Result to', '______________________   Telephone ______________'],
    ['Taken', '____-____-______  ____:____   by ______________________'],
  ];
  return {
    title: `Requisition: ${detail.category}`,
    chart,
    pieces: [
      ...facts.map(([label, text]) => ({
        key: label,
        node: (
          <div className="paper-row" style={{ gridTemplateColumns: '34mm 1fr' }}>
            <strong>{label}</strong>
            <span>{text}</span>
          </div>
        ),
      })),
      {
        key: 'codes',
        node: (
          <div className="paper-labels" style={{ padding: '5mm 0' }}>
            {number !== '' && (
              <span>
                Patient {number}
                <br />
                <Barcode kind="code128" text={number} height="14mm" />
              </span>
            )}
            <span>
              Order {order.id}
              <br />
              <Barcode kind="datamatrix" text={order.id} height="16mm" />
            </span>
          </div>
        ),
      },
      ...(detail.category === 'laboratory' || detail.category === 'blood-product'
        ? [
            {
              key: 'labels',
              node: (
                <div className="paper-labels">
                  {[1, 2, 3].map((copy) => (
                    <SpecimenLabel key={copy} chart={chart} order={order} />
                  ))}
                </div>
              ),
            },
          ]
        : []),
    ],
  };
}
