import { type ReactNode, useState } from 'react';
import { z } from 'zod';
import { inWords, request } from '../api.ts';
import { ReasonDialog } from '../ReasonDialog.tsx';

/** Takes a tablet or a ward hub off the list, or has a tablet wiped, for a reason; `children` say before what follows from it. */
export function RevokeDialog({
  device,
  action = 'revoke',
  children,
  onDone,
  onCancel,
}: {
  device: { id: string; name: string };
  action?: 'revoke' | 'wipe';
  children: ReactNode;
  onDone: () => void;
  onCancel: () => void;
}) {
  const [problem, setProblem] = useState<string>();
  return (
    <ReasonDialog
      title={`${action === 'wipe' ? 'Wipe' : 'Revoke'} ${device.name}`}
      confirm={action === 'wipe' ? 'Order it' : 'Revoke'}
      problem={problem}
      onCancel={onCancel}
      what={children}
      onConfirm={(reason) =>
        request('POST', `/api/admin/devices/${device.id}/${action}`, z.object({}), { reason }).then(
          onDone,
          (error: unknown) => setProblem(inWords(error)),
        )
      }
    />
  );
}
