import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from './Problem.tsx';

/** A question in a window: says what follows, asks, and is confirmed or left. A problem keeps what was typed. */
export function DialogForm({
  opened = true,
  title,
  size = 'lg',
  confirm,
  problem,
  busy,
  ready,
  onSubmit,
  onCancel,
  children,
}: {
  opened?: boolean;
  title: string;
  size?: 'md' | 'lg' | 'xl';
  confirm: string;
  problem: string | undefined;
  busy: boolean;
  ready: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onCancel}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': 'Close this window' }}
    >
      <form
        className="stack"
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <Problem>{problem}</Problem>
        <div className="row">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
