import { RingProgress } from '@mantine/core';

/** How far it is, as a ring and a number. */
export function Ring({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.floor(100 * Math.min(1, fraction));
  return (
    <div role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <RingProgress
        size={120}
        thickness={12}
        rootColor="var(--line)"
        sections={[{ value: percent, color: 'var(--accent)' }]}
        label={<div className="ring-label">{percent} %</div>}
      />
    </div>
  );
}
