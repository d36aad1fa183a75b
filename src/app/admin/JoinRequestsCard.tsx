import { Button } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { formatAgo } from '../../clinical/index.ts';
import { JoinRequestList } from '../../wire/enrolment.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';

/** Tablets that wait to be let in: in sight, whatever else the page shows, since somebody stands there with one. */
export function JoinRequestsCard() {
  const list = usePoll('/api/admin/join-requests', JoinRequestList, 2_000);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState<string>();
  const requests = list.value?.requests ?? [];
  const now = new Date().toISOString();

  async function decide(device: string, decision: 'approve' | 'refuse'): Promise<void> {
    setBusy(device);
    setProblem(undefined);
    try {
      await request('POST', `/api/admin/join-requests/${device}/${decision}`, z.object({}), {});
    } catch (error) {
      setProblem(inWords(error));
    }
    await list.reload();
    setBusy(undefined);
  }

  if (requests.length === 0 && problem === undefined) return null;
  return (
    <section className="card stack" aria-label="Tablets that ask to join">
      <h2>Tablets that ask to join</h2>
      <p role="status">
        Let a tablet in only when the same check code stands on its screen. Whoever is let in holds the staff
        list, and the records of its ward once one of the staff unlocks it.
      </p>
      <Problem>{problem}</Problem>
      {requests.length > 0 && (
        <Sideways label="Tablets that ask to join, scrolls sideways">
          <table className="facts">
            <thead>
              <tr>
                <th>Tablet</th>
                <th>Ward</th>
                <th>Asked</th>
                <th>Its disk</th>
                <th>Check code</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {requests.map((tablet) => (
                <tr key={tablet.device}>
                  <td>{tablet.name}</td>
                  <td>{tablet.ward}</td>
                  <td>{formatAgo(tablet.askedAt, now)}</td>
                  <td>
                    {tablet.hardwareEncrypted
                      ? 'encrypted by a key in its hardware: a PIN opens it'
                      : 'not known to be encrypted: a passphrase opens it'}
                  </td>
                  <td className="big" style={{ whiteSpace: 'nowrap' }}>
                    {tablet.checkCode}
                  </td>
                  <td>
                    <div className="row">
                      <Button
                        aria-label={`Let it in: ${tablet.name}`}
                        loading={busy === tablet.device}
                        onClick={() => void decide(tablet.device, 'approve')}
                      >
                        Let it in
                      </Button>
                      <Button
                        variant="default"
                        aria-label={`Refuse ${tablet.name}`}
                        disabled={busy === tablet.device}
                        onClick={() => void decide(tablet.device, 'refuse')}
                      >
                        Refuse
                      </Button>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
    </section>
  );
}
