import type { ReactNode } from 'react';
import {
  type Chart,
  type Charted,
  describeEntry,
  formatInstant,
  stands,
  type WardBody,
} from '../../../clinical/index.ts';
import { Row } from './mar-paper.tsx';
import type { PaperPiece } from './paper.ts';

/** One group of a paper, with its heading again where a page ends; nothing where there is nothing to say. */
function group(key: string, title: string, rows: readonly ReactNode[]): PaperPiece[] {
  return rows.map((node, index) => ({
    key: `${key} ${index}`,
    group: { key, head: <div className="paper-head">{title}</div> },
    node,
  }));
}

function entryRow(entry: Charted<WardBody>, timeZone: string): ReactNode {
  const { title, text } = describeEntry(entry.body);
  return (
    <Row
      struck={!stands(entry)}
      cells={[formatInstant(entry.body.effectiveAt, timeZone), `${title}: ${text}`, entry.body.author.name]}
    />
  );
}

const ESCALATION_STATES = {
  'not-told': 'NOBODY WAS TOLD',
  'no-answer': 'NO ANSWER YET',
  told: 'told, not seen yet',
} as const;

/**
 * What whoever takes over must act on or look after: open escalations, results by telephone, pregnancy, lines and drains
 * in place, patches on the skin, screens.
 */
export function carePieces(chart: Chart, timeZone: string): PaperPiece[] {
  const { care, afterDoses } = chart;
  const open = care.escalations.flatMap(({ because, since, state, steps }) =>
    state === 'seen'
      ? []
      : [
          <Row
            key={because}
            cells={[
              formatInstant(since, timeZone),
              `${because}: ${ESCALATION_STATES[state]}`,
              steps.at(-1)?.body.told ?? '',
            ]}
          />,
        ],
  );
  return [
    ...group('escalations', 'Escalations that are open', open),
    ...group(
      'results',
      'Results by telephone',
      care.results.flatMap(({ received, acknowledged }) => [
        entryRow(received, timeZone),
        ...(acknowledged ? [entryRow(acknowledged, timeZone)] : []),
      ]),
    ),
    ...group('pregnancy', 'Pregnancy', care.pregnancy ? [entryRow(care.pregnancy, timeZone)] : []),
    ...group(
      'devices',
      'Lines, drains and devices in place',
      care.devices
        .filter(({ removed }) => removed === undefined)
        .map(({ first }) => entryRow(first, timeZone)),
    ),
    ...group(
      'patches',
      'Patches on the skin',
      afterDoses.patchesOn.map(({ medication, site, since }) => (
        <Row
          key={`${medication} ${since}`}
          cells={[formatInstant(since, timeZone), medication, site ?? 'site not recorded']}
        />
      )),
    ),
    ...group(
      'screens',
      'Screens and skin',
      care.screens.map((screen) => entryRow(screen, timeZone)),
    ),
  ];
}
