import { type ReactNode, useState } from 'react';
import { z } from 'zod';
import { ApiError, request } from '../api.ts';
import { ReasonDialog } from '../ReasonDialog.tsx';

/** Takes a tablet or a ward hub off the list, for a reason; `children` say before what follows from it. */
export function RevokeDialog({
  device,
  children,
  onDone,
  onCancel,
}: {
  device: { id: string; name: string };
  children: ReactNode;
  onDone: () => void;
  onCancel: () => void;
}) {
  const [problem, setProblem] = useState<string>();
  return (
    <ReasonDialog
      title={`Revoke ${device.name}`}
      confirm="Revoke"
      problem={problem}
      onCancel={onCancel}
      what={children}
      onConfirm={(reason) =>
        request('POST', `/api/admin/devices/${device.id}/revoke`, z.object({}), { reason }).then(
          onDone,
          (error: unknown) =>
            setProblem(error instanceof ApiError ? error.message : 'That did not work. Try again.'),
        )
      }
    />
  );
}
