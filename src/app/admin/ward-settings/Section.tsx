import { type ReactNode, useState } from 'react';

/** One subject of the ward's settings: what is set shows in its heading, so that nobody opens all to find one. */
export function Section({
  title,
  set,
  wrong,
  open = false,
  children,
}: {
  title: string;
  /** What is set now, in a few words. */
  set: string;
  /** Something in it is to be put right. */
  wrong: boolean;
  open?: boolean;
  children: ReactNode;
}) {
  // What was wrong and is put right stays open under whoever types.
  const [isOpen, setIsOpen] = useState(open);
  return (
    <details
      className="card settings-section"
      open={isOpen || wrong}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary>
        <h3>{title}</h3>
        <span className={wrong ? 'alarm' : 'quiet'}>{wrong ? '▲ Something is to be put right' : set}</span>
      </summary>
      <div className="stack">{children}</div>
    </details>
  );
}
