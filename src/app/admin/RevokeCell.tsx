import { Button } from '@mantine/core';
import { formatAgo } from '../../clinical/index.ts';

/** In the row of a tablet or hub: that and why it was revoked, or the way to do it. */
export function RevokeCell({
  device,
  onRevoke,
}: {
  device: { name: string; revoked: { at: string; reason: string } | null };
  onRevoke: () => void;
}) {
  if (device.revoked)
    return (
      <span className="alarm">
        ■ Revoked {formatAgo(device.revoked.at, new Date().toISOString())}: {device.revoked.reason}
      </span>
    );
  return (
    <Button variant="default" aria-label={`Revoke ${device.name}`} onClick={onRevoke}>
      Revoke
    </Button>
  );
}
