import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { toDataURL } from 'qrcode';
import { useEffect, useState } from 'react';
import { z } from 'zod';
import { formatAgo } from '../../clinical/index.ts';
import { CensusState, EnrolmentCode } from '../../wire/workbench.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { Sideways } from '../Sideways.tsx';
import { NewWardForm } from './NewWardForm.tsx';

const EHR_IN_WORDS = {
  reachable: 'answers',
  unreachable: 'does not answer',
  'not-configured': 'none is configured',
} as const;

const IDLE_LOCKS = [
  { value: '30', label: '30 seconds' },
  { value: '60', label: '1 minute' },
  { value: '120', label: '2 minutes' },
  { value: '300', label: '5 minutes' },
  { value: '600', label: '10 minutes' },
];

/** The wards: how fresh the EHR's data is, when tablets lock, and the codes that let tablets in. */
export function WardsCard({
  census,
}: {
  census: { value?: CensusState | undefined; problem?: string | undefined; reload(): void };
}) {
  const [code, setCode] = useState<EnrolmentCode>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [hardwareEncrypted, setHardwareEncrypted] = useState(false);
  const now = new Date().toISOString();
  const failed = (error: unknown): void => setProblem(inWords(error));

  async function refresh(): Promise<void> {
    setBusy(true);
    await request('POST', '/api/admin/census/refresh', CensusState, {}).catch(failed);
    setBusy(false);
    census.reload();
  }

  return (
    <>
      <Problem>{problem ?? census.problem}</Problem>
      <section className="card stack">
        <div className="row between">
          <h2>Wards</h2>
          <span>EHR: {census.value ? EHR_IN_WORDS[census.value.ehr] : '…'}</span>
          <Button variant="default" loading={busy} onClick={() => void refresh()}>
            Refresh census now
          </Button>
        </div>
        <Sideways label="Wards, scrolls sideways">
          <table className="facts">
            <thead>
              <tr>
                <th>Ward</th>
                <th>Patients</th>
                <th>EHR data as of</th>
                <th>Gaps in it</th>
                <th>Tablets lock after</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {census.value?.wards.map((ward) => (
                <tr key={ward.id}>
                  <td>{ward.name}</td>
                  <td>{ward.patients}</td>
                  <td>{ward.asOf ? formatAgo(ward.asOf, now) : 'never'}</td>
                  <td>
                    {ward.warnings} {ward.problem && <div className="alarm">{ward.problem}</div>}
                  </td>
                  <td>
                    <NativeSelect
                      aria-label={`Tablets of ${ward.name} lock after`}
                      value={String(ward.idleLockSeconds)}
                      data={IDLE_LOCKS}
                      onChange={(event) =>
                        void request('POST', `/api/admin/wards/${ward.id}/idle-lock`, z.object({}), {
                          seconds: Number(event.currentTarget.value),
                        }).then(census.reload, failed)
                      }
                    />
                  </td>
                  <td>
                    <Button
                      aria-label={`New enrolment code for ${ward.name}`}
                      onClick={() =>
                        void request('POST', '/api/admin/enrolment-codes', EnrolmentCode, {
                          ward: ward.id,
                          hardwareEncrypted,
                        }).then(setCode, failed)
                      }
                    >
                      New enrolment code
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
        <Checkbox
          label="The next tablet’s disk is encrypted with a key in its hardware (iPadOS, Android, ChromeOS, Windows with TPM)"
          description="I have checked it. Then a PIN opens it; on any other tablet only a passphrase does, except in the demo."
          checked={hardwareEncrypted}
          onChange={(event) => setHardwareEncrypted(event.currentTarget.checked)}
        />
        <NewWardForm onOpened={census.reload} />
      </section>
      {code && (
        <CodeCard
          code={code}
          ward={census.value?.wards.find(({ id }) => id === code.ward)?.name ?? code.ward}
        />
      )}
    </>
  );
}

function CodeCard({ code, ward }: { code: EnrolmentCode; ward: string }) {
  const [picture, setPicture] = useState<string>();
  const [left, setLeft] = useState('');
  useEffect(() => void toDataURL(code.url, { margin: 1, width: 220 }).then(setPicture), [code]);
  useEffect(() => {
    const tick = (): void => {
      const seconds = Math.max(0, Math.round((Date.parse(code.expiresAt) - Date.now()) / 1000));
      setLeft(
        seconds === 0
          ? 'expired'
          : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`,
      );
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [code]);
  return (
    <section className="card row" aria-label="Enrolment code">
      {picture && <img src={picture} alt="Enrolment code as a QR code" width={220} height={220} />}
      <div className="stack">
        <span className="big" data-testid="enrolment-code">
          {code.code}
        </span>
        <span>
          For {ward}, one tablet, {left}. Type it on the tablet, or scan it with the tablet's camera. The
          tablet then asks at the top of this page to be let in.
        </span>
      </div>
    </section>
  );
}
