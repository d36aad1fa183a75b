import type { ReactNode } from 'react';

/** What went wrong and what to do, said at once to whoever looks or listens. Nothing where nothing did. */
export function Problem({ children }: { children: ReactNode }) {
  return children ? (
    <p role="alert" className="notice stop">
      {children}
    </p>
  ) : null;
}
