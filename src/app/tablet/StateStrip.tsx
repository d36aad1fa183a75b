import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { dayAndTime, formatDuration } from '../../clinical/index.ts';
import type { TabletStatus } from '../../vault/api.ts';
import { useNow, useSyncState } from '../lamp.tsx';

/** Two facts kept apart: can this tablet reach others, and where are its entries. Always there, in words and shape. */
export function StateStrip({
  status: { counts, timeZone, storage },
  children,
}: {
  status: Pick<TabletStatus, 'counts' | 'timeZone' | 'storage'>;
  children?: ReactNode;
}) {
  const sync = useSyncState();
  const now = useNow();
  const reach =
    sync?.reach === 'server'
      ? '● Server'
      : sync?.reach === 'hub'
        ? '◐ Ward hub'
        : sync?.reach === 'refused'
          ? '■ The server refuses this tablet'
          : '○ No network';
  const oldest =
    counts.oldestUnsentAt && counts.onThisTabletOnly > 0
      ? `, oldest ${dayAndTime(counts.oldestUnsentAt, now, timeZone)}`
      : '';
  return (
    <div className="strip" role="status" aria-label="Where entries are">
      <span>{reach}</span>
      <span>
        <strong>{counts.onThisTabletOnly}</strong> on this tablet only{oldest}
      </span>
      <span>
        <strong>{counts.copied}</strong> copied
      </span>
      <span>
        <strong>{counts.atServer}</strong> at the server
      </span>
      <span>
        <strong>{counts.inEhr}</strong> in the EHR
      </span>
      <span className={counts.needsPerson > 0 ? 'alarm' : ''}>
        {counts.needsPerson > 0 ? '▲ ' : ''}
        <strong>{counts.needsPerson}</strong> {counts.needsPerson === 1 ? 'needs' : 'need'} a person
      </span>
      {sync && (sync.phase === 'uploading' || sync.phase === 'downloading') && sync.total > 0 && (
        <Progress
          value={(100 * sync.done) / sync.total}
          aria-label={`${sync.phase}: ${sync.done} of ${sync.total}`}
          w={180}
          size="lg"
        />
      )}
      {sync?.clockSkewMs !== undefined && Math.abs(sync.clockSkewMs) > 60_000 && (
        <span className="alarm">
          ▲ This tablet's clock is {formatDuration(Math.abs(sync.clockSkewMs))}{' '}
          {sync.clockSkewMs > 0 ? 'ahead of' : 'behind'} the server's
        </span>
      )}
      {storage !== 'enough' && (
        <span className={storage === 'nearly-full' ? 'alarm' : ''}>
          ▲ {storage === 'nearly-full' ? 'This tablet is nearly full' : 'Little room left on this tablet'}:
          pass its records on
        </span>
      )}
      {sync?.phase === 'waiting' && sync.problem && sync.reach !== 'no-network' && (
        <span>{sync.problem}</span>
      )}
      {children}
    </div>
  );
}
