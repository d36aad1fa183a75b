import { Component, type ReactNode } from 'react';

/** The last net: a fault in a screen says what is safe and what to do, instead of an empty page. */
export class FaultBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? (
      <Fault message="Lamplight met a fault and stopped this screen." />
    ) : (
      this.props.children
    );
  }
}

export function Fault({ message }: { message: string }) {
  return (
    <main className="page stack">
      <h1>Lamplight</h1>
      <p role="alert" className="notice stop">
        {message} Everything that was shown as saved is safe on this tablet. Open Lamplight again; if this
        comes back, chart on paper and tell whoever looks after the tablets.
      </p>
      <button
        type="button"
        className="card"
        style={{ minHeight: 56, font: 'inherit' }}
        onClick={() => location.reload()}
      >
        Open Lamplight again
      </button>
    </main>
  );
}
