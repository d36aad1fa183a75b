import type { ReactNode } from 'react';

/** A table that is wider than a phone scrolls, and by keyboard too. */
export function Sideways({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="sideways" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
