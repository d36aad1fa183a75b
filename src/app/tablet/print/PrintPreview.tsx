import './print.css';
import { Button, SegmentedControl } from '@mantine/core';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { type Chart, displayName, formatInstant } from '../../../clinical/index.ts';
import type { VaultApi } from '../../../vault/api.ts';
import { useLamp } from '../../lamp.tsx';
import { PaperIdentity, Unsent, upToInWords } from './PaperIdentity.tsx';
import { type PagePlan, paginate } from './paginate.ts';
import { keepPaperSize, type Paper, type PaperPiece, type PaperSize, paperSize } from './paper.ts';
import { usePrintNoted } from './use-print-noted.ts';

/**
 * The pages as they come out of the printer, and the print dialog over them. Pages are laid out here and not by the
 * browser, so that each carries patient and "page n of m" in every browser.
 */
export function PrintPreview({
  paper,
  by,
  timeZone,
  onClose,
}: {
  paper: Paper;
  /** Who prints. */
  by: string;
  timeZone: string;
  onClose: () => void;
}) {
  const [size, setSize] = useState<PaperSize>(() => paperSize(timeZone));
  const [printedAt] = useState(() => new Date().toISOString());
  const charts = paper.chart ? [paper.chart] : (paper.charts ?? []);
  const { facts, lost } = useFacts(charts.map(({ identity }) => identity.id).join(' '));
  const unsent = paper.record ? charts.map((chart) => unsentOf(chart, facts?.places)) : [];
  const unsentCount = unsent.reduce((sum, { entries, more }) => sum + entries.length + more, 0);
  const pieces: PaperPiece[] = [
    ...paper.pieces,
    ...unsent
      .filter(({ entries, more }) => entries.length + more > 0)
      .map(({ chart, entries, more }) => ({
        key: `unsent ${chart.identity.id}`,
        node: (
          <Unsent
            entries={entries}
            more={more}
            {...(paper.chart ? {} : { of: displayName(chart.identity.name) })}
            timeZone={timeZone}
          />
        ),
      })),
  ];
  const footer = [
    `Printed ${formatInstant(printedAt, timeZone)} by ${by}`,
    facts?.device ?? '',
    paper.chart ? upToInWords(paper.chart, timeZone) : '',
    unsentCount > 0 ? `${unsentCount} of its entries on this tablet only` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
  const plan = usePages(
    pieces.length,
    facts && `${size} ${pieces.map(({ key }) => key).join(' ')} ${footer}`,
  );
  const asked = useRef(false);
  const { pages } = plan;

  useEffect(() => {
    document.body.classList.add('printing');
    const root = document.getElementById('root');
    root?.setAttribute('inert', '');
    return () => {
      document.body.classList.remove('printing');
      root?.removeAttribute('inert');
    };
  }, []);
  usePrintNoted(
    pages && {
      patients: paper.chart ? [paper.chart.identity.id] : (paper.patients ?? []),
      what: paper.title,
      pages: pages.length,
    },
    'paper',
  );
  // The printer's dialog comes by itself, once the pages stand and their pictures are drawn.
  useEffect(() => {
    if (!pages || asked.current) return;
    asked.current = true;
    void picturesDrawn().then(() => print());
  }, [pages]);

  const page = (number: number, of: number, content: ReactNode) => (
    <section key={number} className={`paper-page ${size}`} aria-label={`Page ${number} of ${of}`}>
      {!paper.bare && (
        <header className="paper-header">
          <div className="paper-title">
            <strong>{paper.title}</strong>
            <span>
              Page {number} of {of}
            </span>
          </div>
          {paper.chart && <PaperIdentity chart={paper.chart} now={printedAt} timeZone={timeZone} />}
        </header>
      )}
      <div className="paper-body">{content}</div>
      {!paper.bare && <footer className="paper-footer">{footer}</footer>}
    </section>
  );

  return createPortal(
    <div className="print-root" role="dialog" aria-modal="true" aria-label={`Print: ${paper.title}`}>
      <style>{`@page { size: ${size === 'a4' ? 'A4' : 'letter'}; margin: 0; }`}</style>
      <div className="print-bar">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <SegmentedControl
          aria-label="Paper"
          size="md"
          value={size}
          onChange={(next) => {
            keepPaperSize(next as PaperSize);
            setSize(next as PaperSize);
          }}
          data={[
            { value: 'a4', label: 'A4' },
            { value: 'letter', label: 'Letter' },
          ]}
        />
        <span>
          {lost
            ? 'This tablet does not answer: nothing can be printed. Close, lock the tablet and unlock it again.'
            : `${pages ? `${pages.length} ${pages.length === 1 ? 'page' : 'pages'}` : 'Laying out…'}. No printer? Choose “Save as PDF” in its dialog.`}
        </span>
        <Button disabled={!pages} onClick={() => print()}>
          Print again
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="paper-pages" tabIndex={0} aria-label="Pages">
        {pages?.map(({ pieces: placed }, index) =>
          page(
            index + 1,
            pages.length,
            placed.map(({ piece, withHead }) => {
              const found = pieces[piece];
              return (
                found && (
                  <div key={found.key}>
                    {withHead && found.group?.head}
                    {found.node}
                  </div>
                )
              );
            }),
          ),
        )}
      </section>
      <div className="paper-measure" aria-hidden="true" ref={plan.measure}>
        {page(
          1,
          1,
          pieces.map((piece) => (
            <div key={piece.key} data-group={piece.group?.key}>
              <div className="measured-head">{piece.group?.head}</div>
              <div className="measured">{piece.node}</div>
            </div>
          )),
        )}
      </div>
    </div>,
    document.body,
  );
}

type Places = Awaited<ReturnType<VaultApi['places']>>;

/** What of a chart is on this tablet only. A list reads the newest of each history: the rest is counted. */
function unsentOf(chart: Chart, places: ReadonlyMap<string, Places> | undefined) {
  const own = places?.get(chart.identity.id) ?? {};
  const here = Object.keys(own).filter((id) => own[id]?.place === 'this-tablet');
  const entries = chart.history.filter(({ id }) => own[id]?.place === 'this-tablet');
  return { chart, entries, more: Math.max(0, here.length - entries.length) };
}

/**
 * Which tablet this is, and where each entry of these patients is. A paper without them would not say what is on this
 * tablet only. `patients`: their pseudonyms, between spaces.
 */
function useFacts(patients: string) {
  const { vault } = useLamp();
  const [facts, setFacts] = useState<{ device: string; places: ReadonlyMap<string, Places> }>();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let current = true;
    const places = patients
      .split(' ')
      .filter((patient) => patient !== '')
      .map(async (patient): Promise<[string, Places]> => [patient, await vault.places(patient)]);
    void Promise.all([vault.status(), Promise.all(places)]).then(
      ([status, found]) => current && setFacts({ device: status.deviceName ?? '', places: new Map(found) }),
      () => current && setLost(true),
    );
    return () => {
      current = false;
    };
  }, [vault, patients]);
  return { facts, lost };
}

/** Measures every piece as it will stand on the page, then lays them out. `undefined` until that is done. */
function usePages(count: number, content: string | undefined) {
  const measure = useRef<HTMLDivElement>(null);
  const [laid, setLaid] = useState<{ content: string; pages: PagePlan[] }>();
  useLayoutEffect(() => {
    if (content === undefined) return;
    let current = true;
    void picturesDrawn(measure.current).then(() => {
      const body = measure.current?.querySelector('.paper-body');
      if (!current || !body) return;
      const pieces = [...body.children].slice(0, count).map((piece) => ({
        height: heightOf(piece.querySelector('.measured')),
        group: piece.getAttribute('data-group') ?? undefined,
        headHeight: heightOf(piece.querySelector('.measured-head')),
      }));
      setLaid({ content, pages: paginate(pieces, body.getBoundingClientRect().height) });
    });
    return () => {
      current = false;
    };
  }, [count, content]);
  return { measure, pages: content !== undefined && laid?.content === content ? laid.pages : undefined };
}

/** Rounded up, with what a line's own margin takes. */
const heightOf = (element: Element | null): number =>
  element ? Math.ceil(element.getBoundingClientRect().height) : 0;

const DRAWN_LATER = '.paper-barcode, .picture';
const isWaiting = (place: Element): boolean =>
  place.classList.contains('picture')
    ? place.getAttribute('data-drawn') !== 'true'
    : !place.querySelector('img');

/** Barcodes and photos come a moment later; a page must not be measured, or printed, without them. */
async function picturesDrawn(within: Element | null = document.body): Promise<void> {
  const waiting = [...(within?.querySelectorAll(DRAWN_LATER) ?? [])].filter(isWaiting);
  if (within && waiting.length > 0) {
    await new Promise<void>((resolve) => {
      const watcher = new MutationObserver(() => {
        if (waiting.some((place) => place.isConnected && isWaiting(place))) return;
        watcher.disconnect();
        resolve();
      });
      watcher.observe(within, { childList: true, subtree: true, attributes: true });
    });
  }
  const pictures = [...(within?.querySelectorAll('img') ?? [])];
  await Promise.all(pictures.map((picture) => picture.decode?.().catch(() => undefined)));
}
