import { Button, Modal, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';

/** Asks why, for what cannot be undone, and says before what will happen. */
export function ReasonDialog({
  title,
  what,
  confirm,
  problem,
  onConfirm,
  onCancel,
  children,
  ready = true,
}: {
  title: string;
  /** What follows from it, in the user's words. */
  what: ReactNode;
  confirm: string;
  problem: string | undefined;
  onConfirm: (reason: string) => Promise<unknown>;
  onCancel: () => void;
  /** Further fields. */
  children?: ReactNode;
  ready?: boolean;
}) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  return (
    <Modal opened onClose={onCancel} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          void onConfirm(reason.trim()).finally(() => setBusy(false));
        }}
      >
        <div>{what}</div>
        <Textarea
          label="Why?"
          autosize
          minRows={2}
          data-autofocus
          spellCheck={false}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {children}
        {problem && (
          <p role="alert" className="notice stop">
            {problem}
          </p>
        )}
        <div className="row">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={reason.trim() === '' || !ready}>
            {confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
