import { formatInstant } from '../../../clinical/index.ts';
import { inList, plural } from './words.ts';

/** What came in by file or camera, said once, in words. Tablet and server report in the same shape. */
export interface Report {
  from: string;
  writtenAt: string;
  entries: number;
  fresh: number;
  tablets: string[];
  refused: number;
  problems: string[];
  secondHistory?: true;
  cut?: string | undefined;
}

export function Receipt({ report, timeZone }: { report: Report; timeZone: string }) {
  const { entries, fresh, tablets, refused, problems, secondHistory, cut } = report;
  return (
    <div className="stack" role="status" aria-label="Receipt">
      <p className={cut === undefined && refused === 0 ? 'good' : ''}>
        {cut === undefined && refused === 0 ? '✓ ' : ''}
        {plural(entries, 'entry', 'entries')}
        {tablets.length > 0 && ` of ${inList(tablets)}`}, <strong>{fresh} new</strong>
        {fresh === 0 && ': everything was here already'}.
      </p>
      <p className="quiet">
        From {report.from}, written {formatInstant(report.writtenAt, timeZone)}. Signatures and order of all
        of them were checked.
      </p>
      {cut !== undefined && (
        <p className="notice" role="alert">
          {cut} What came before is saved here. Make the file again, or copy it again, and read it once more.
        </p>
      )}
      {secondHistory && (
        <p className="notice">
          A tablet was copied or restored, so there are two histories of what it wrote. Both are kept here;
          nothing of them is lost, and the server brings them together.
        </p>
      )}
      {refused > 0 && (
        <div className="notice stop" role="alert">
          {plural(refused, 'entry was', 'entries were')} not taken, and kept aside for records staff:
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
