import { Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { DialogForm } from './DialogForm.tsx';

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
    <DialogForm
      title={title}
      confirm={confirm}
      problem={problem}
      busy={busy}
      ready={reason.trim() !== '' && ready}
      onSubmit={() => {
        setBusy(true);
        void onConfirm(reason.trim()).finally(() => setBusy(false));
      }}
      onCancel={onCancel}
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
    </DialogForm>
  );
}
