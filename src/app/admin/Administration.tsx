import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { toDataURL } from 'qrcode';
import { useEffect, useState } from 'react';
import { z } from 'zod';
import { formatAgo } from '../../clinical/index.ts';
import { StaffList } from '../../wire/site-setup.ts';
import { CensusState, DeviceList, EnrolmentCode, PublicInfo } from '../../wire/workbench.ts';
import { ApiError, request } from '../api.ts';
import { RecordsByFile } from '../RecordsByFile.tsx';
import { Sideways } from '../Sideways.tsx';
import { SignInGate } from '../sign-in/SignInGate.tsx';
import { usePoll } from '../use-poll.ts';
import { AuditCard } from './AuditCard.tsx';
import { FormCard } from './FormCard.tsx';
import { HubCard } from './HubCard.tsx';
import { NewWardForm } from './NewWardForm.tsx';
import { RevokeDialog } from './RevokeDialog.tsx';
import { SignInCard } from './SignInCard.tsx';
import { SiteDataCards } from './SiteDataCards.tsx';
import { SiteSetupForm } from './SiteSetupForm.tsx';
import { StaffCard } from './StaffCard.tsx';
import { WardSettingsCard } from './WardSettingsCard.tsx';

/** Before the outage: enrol tablets, see how fresh everything is. */
export function Administration() {
  const site = usePoll('/api/public', PublicInfo, 600_000);
  if (site.value && !site.value.opened) return <SiteSetupForm onOpened={site.reload} />;
  return (
    <SignInGate title="Administration" page="/admin" roles={['administrator', 'clinician']}>
      {({ staff }, ask) =>
        // Clinicians come here to sign scores, and see nothing else.
        staff.role === 'clinician' ? (
          <WardSettingsCard clinician />
        ) : (
          <Readiness timeZone={site.value?.timeZone ?? 'UTC'} onPolicy={ask} />
        )
      }
    </SignInGate>
  );
}

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

function Readiness({ timeZone, onPolicy }: { timeZone: string; onPolicy: () => void }) {
  const census = usePoll('/api/admin/census', CensusState, 5_000);
  const staff = usePoll('/api/admin/staff', StaffList, 60_000);
  const devices = usePoll('/api/admin/devices', DeviceList, 5_000);
  const [code, setCode] = useState<EnrolmentCode>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [hardwareEncrypted, setHardwareEncrypted] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const [wiping, setWiping] = useState<{ id: string; name: string }>();
  const now = new Date().toISOString();
  const failed = (error: unknown): void =>
    setProblem(error instanceof ApiError ? error.message : 'That did not work. Try again.');

  async function refresh(): Promise<void> {
    setBusy(true);
    await request('POST', '/api/admin/census/refresh', CensusState, {}).catch(failed);
    setBusy(false);
    census.reload();
  }

  return (
    <>
      {(problem ?? census.problem) && (
        <p role="alert" className="notice stop">
          {problem ?? census.problem}
        </p>
      )}
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
      {code && <CodeCard code={code} />}
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
                    {device.revoked ? (
                      <span className="alarm">
                        ■ Revoked {formatAgo(device.revoked.at, now)}: {device.revoked.reason}
                      </span>
                    ) : (
                      <Button
                        variant="default"
                        aria-label={`Revoke ${device.name}`}
                        onClick={() => setRevoking({ id: device.id, name: device.name })}
                      >
                        Revoke
                      </Button>
                    )}{' '}
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
                        onClick={() => setWiping({ id: device.id, name: device.name })}
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
      <HubCard wards={census.value?.wards ?? []} />
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
      <StaffCard wards={census.value?.wards ?? []} />
      <SignInCard staff={staff.value?.staff ?? []} onPolicy={onPolicy} />
      <FormCard timeZone={timeZone} />
      <SiteDataCards />
      <WardSettingsCard clinician={false} />
      <AuditCard staff={staff.value?.staff ?? []} timeZone={timeZone} />
      <RecordsByFile />
    </>
  );
}

function CodeCard({ code }: { code: EnrolmentCode }) {
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
          For ward {code.ward}, one tablet, {left}. Type it on the tablet, or scan it with the tablet's
          camera.
        </span>
      </div>
    </section>
  );
}
