import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatAgo } from '../../clinical/index.ts';
import { DeviceList } from '../../wire/workbench.ts';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';
import { RevokeCell } from './RevokeCell.tsx';
import { RevokeDialog } from './RevokeDialog.tsx';

/** The enrolled tablets: what each holds and has sent, and how it is taken out of use. */
export function TabletsCard() {
  const devices = usePoll('/api/admin/devices', DeviceList, 5_000);
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const [wiping, setWiping] = useState<{ id: string; name: string }>();
  const now = new Date().toISOString();
  return (
    <>
      <section className="card stack">
        <h2>Tablets</h2>
        <Sideways label="Tablets, scrolls sideways">
          <table className="facts">
            <thead>
              <tr>
                <th>Tablet</th>
                <th>Ward</th>
                <th>Last seen</th>
                <th>Its EHR data</th>
                <th>Entries received</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {devices.value?.devices.map((device) => (
                <tr key={device.id}>
                  <td>{device.name}</td>
                  <td>{device.ward}</td>
                  <td>{device.lastSeenAt ? formatAgo(device.lastSeenAt, now) : 'never'}</td>
                  <td>{device.snapshotAsOf ? formatAgo(device.snapshotAsOf, now) : 'none'}</td>
                  <td>
                    {device.entries}
                    {device.secondHistory > 0 && (
                      <div className="alarm">
                        ▲ Copied or restored: {device.secondHistory} entries of a second history were taken
                        over. Enrol this tablet anew.
                      </div>
                    )}
                  </td>
                  <td>
                    <RevokeCell device={device} onRevoke={() => setRevoking(device)} />{' '}
                    {device.wipe ? (
                      <div className={device.wipe.doneAt ? '' : 'alarm'}>
                        {device.wipe.doneAt
                          ? `✓ Wiped ${formatAgo(device.wipe.doneAt, now)}: ${device.wipe.reason}`
                          : `▲ To be wiped, ordered ${formatAgo(device.wipe.orderedAt, now)}: ${device.wipe.reason}. It has not reported yet.`}
                      </div>
                    ) : (
                      <Button
                        variant="default"
                        aria-label={`Wipe ${device.name}`}
                        onClick={() => setWiping(device)}
                      >
                        Wipe
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
        {devices.value?.devices.length === 0 && (
          <p>No tablet yet. Make an enrolment code for a ward, and type it on the tablet.</p>
        )}
      </section>
      {wiping && (
        <RevokeDialog
          device={wiping}
          action="wipe"
          onCancel={() => setWiping(undefined)}
          onDone={() => {
            setWiping(undefined);
            devices.reload();
          }}
        >
          <p>
            The tablet forgets everything at its next contact, once it is locked and the server has signed for
            all that it holds; nothing charted is lost by it. Whoever works on it goes on until it is locked.
            It says here when it is done. A tablet that never comes back keeps what it has: revoke it, and
            erase it by device management.
          </p>
        </RevokeDialog>
      )}
      {revoking && (
        <RevokeDialog
          device={revoking}
          onCancel={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            devices.reload();
          }}
        >
          <p>
            Nobody unlocks this tablet any more. What has arrived from it stands; what comes later is kept and
            held back until a person vouches for it. Its wards get new keys, and their staff should choose new
            PINs. Whoever holds the tablet can still read what is on it.
          </p>
        </RevokeDialog>
      )}
    </>
  );
}
