import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatAgo, formatInstant, type OrderId, type Scan } from '../../clinical/index.ts';
import type { Session, TabletStatus } from '../../vault/api.ts';
import { useAlike, useLamp, useNow, useReadBoard } from '../lamp.tsx';
import { TabletPictures } from '../pictures/source.tsx';
import type { Theme } from '../use-theme.ts';
import { AlikeCheck } from './AlikeCheck.tsx';
import { BoardScreen, type BoardTab } from './BoardScreen.tsx';
import { lock } from './before-lock.ts';
import { EmergencyScreen } from './EmergencyScreen.tsx';
import { RegisterScreen } from './forms/RegisterScreen.tsx';
import { handOver, takeOver } from './handover.ts';
import { KeyScreen } from './KeyScreen.tsx';
import { PatientScreen } from './patient/PatientScreen.tsx';
import { RevokeScreen } from './RevokeScreen.tsx';
import { ShownAsOf } from './ShownAsOf.tsx';
import { StateStrip } from './StateStrip.tsx';
import { ScanningProvider, useCamera } from './scan/scanning.tsx';
import { unknownScan } from './scan/words.ts';
import { TransferScreen } from './transfer/TransferScreen.tsx';
import { BroughtContext, useSiteData } from './use-site-data.ts';

/** Where one is. Lives in memory only: no name and no id ever stands in an address. */
export type Screen =
  | { at: 'board' }
  | { at: 'register' }
  | { at: 'transfer' }
  | { at: 'revoke' }
  | { at: 'emergency' }
  | { at: 'keys' }
  | {
      at: 'patient';
      patient: string;
      give?: { order: OrderId; dueAt?: string };
      /** The wristband was scanned to open it. */
      scanned?: true;
    };

export interface ScreenProps {
  session: Session;
  timeZone: string;
  go: (screen: Screen) => void;
}

/** What is around every screen of an unlocked tablet. */
export function Shell({
  status,
  session,
  theme: [theme, setTheme],
}: {
  status: TabletStatus;
  session: Session;
  theme: [Theme, (theme: Theme) => void];
}) {
  const { subscribe } = useLamp();
  const [screen, go] = useState<Screen>(() => {
    const patient = takeOver(session.ward.id);
    return patient === undefined ? { at: 'board' } : { at: 'patient', patient };
  });
  const [lost, setLost] = useState<string>();
  // Kept here so that whoever comes back from a patient finds the round where it was left.
  const [tab, setTab] = useState<BoardTab>('board');
  const now = useNow();
  const { value: rows, shownAsOf } = useReadBoard();
  const brought = useSiteData();
  const [stray, setStray] = useState<string>();
  const alike = useAlike(rows);
  /** Where somebody wanted to go, before the year of birth was said. */
  const [asked, setAsked] = useState<Screen & { at: 'patient' }>();
  const leave = (next: Screen): void => {
    setStray(undefined);
    const known = next.at !== 'patient' || next.scanned || !alike.has(next.patient);
    if (known) go(next);
    else setAsked(next);
  };
  const askedRow = asked && rows?.find(({ patient }) => patient === asked.patient);
  const scanned = (scan: Scan): void => {
    if (scan.kind === 'patient') leave({ at: 'patient', patient: scan.patient, scanned: true });
    else setStray(unknownScan(scan));
  };
  useEffect(() => subscribe((event) => event.type === 'storage-lost' && setLost(event.message)), [subscribe]);
  const props: ScreenProps = { session, timeZone: status.timeZone, go: leave };
  return (
    <BroughtContext value={brought}>
      <ScanningProvider rows={rows} onScan={scanned}>
        <div className="shell ward">
          <header className="topbar">
            <h1 className="brand">Lamplight</h1>
            <span>{session.ward.name}</span>
            {screen.at === 'board' ? (
              <Button
                variant="subtle"
                aria-label={`Your keys: ${session.staff.name} · ${session.staff.role}`}
                onClick={() => go({ at: 'keys' })}
              >
                {session.staff.name} · {session.staff.role}
              </Button>
            ) : (
              <span>
                {session.staff.name} · {session.staff.role}
              </span>
            )}
            <span style={{ flex: 1 }} />
            <SegmentedControl
              aria-label="Theme"
              size="md"
              value={theme}
              onChange={(value) => setTheme(value as Theme)}
              data={[
                { value: 'light', label: 'Day' },
                { value: 'dark', label: 'Dark' },
                { value: 'red-night', label: 'Red' },
              ]}
            />
            <ScanButton />
            <Button
              onClick={() => handOver(session.ward.id, screen.at === 'patient' ? screen.patient : undefined)}
            >
              Switch
            </Button>
            <Button onClick={() => void lock()}>Lock</Button>
          </header>
          <StateStrip status={status}>
            <span>
              {status.snapshotAsOf
                ? `EHR data as of ${formatInstant(status.snapshotAsOf, status.timeZone)} (${formatAgo(status.snapshotAsOf, now)})`
                : 'No EHR data'}
            </span>
          </StateStrip>
          {stray && (
            <p role="alert" className="notice stop row between stray-scan">
              {stray}
              <Button variant="default" onClick={() => setStray(undefined)}>
                Put aside
              </Button>
            </p>
          )}
          {/* A new screen starts at its top. */}
          <main className="screen" key={screen.at === 'patient' ? screen.patient : screen.at}>
            <div className="page">
              {screen.at === 'board' && <ShownAsOf at={shownAsOf} now={now} timeZone={status.timeZone} />}
              {screen.at === 'board' && <BoardScreen {...props} tab={tab} onTab={setTab} />}
              {screen.at === 'register' && <RegisterScreen {...props} />}
              {screen.at === 'transfer' && <TransferScreen {...props} />}
              {screen.at === 'emergency' && <EmergencyScreen {...props} />}
              {screen.at === 'revoke' && <RevokeScreen {...props} />}
              {screen.at === 'keys' && <KeyScreen {...props} />}
              {screen.at === 'patient' && (
                <TabletPictures key={screen.patient} patient={screen.patient}>
                  <PatientScreen
                    {...props}
                    patient={screen.patient}
                    give={screen.give}
                    scanned={screen.scanned === true}
                  />
                </TabletPictures>
              )}
            </div>
          </main>
          {asked && askedRow && (
            <AlikeCheck
              key={asked.patient}
              row={askedRow}
              others={alike.get(asked.patient) ?? []}
              onRight={() => {
                setAsked(undefined);
                go(asked);
              }}
              onBack={() => setAsked(undefined)}
            />
          )}
          <Modal
            opened={lost !== undefined}
            onClose={() => setLost(undefined)}
            title="Not saved"
            withCloseButton={false}
            closeOnClickOutside={false}
            closeOnEscape={false}
          >
            <p role="alert" className="alarm">
              {lost}
            </p>
            <Button onClick={() => setLost(undefined)}>Back to what I wrote</Button>
          </Modal>
        </div>
      </ScanningProvider>
    </BroughtContext>
  );
}

/** For tablets without a scanner: opens the camera, wherever one is. */
function ScanButton() {
  const scan = useCamera();
  return <Button onClick={scan}>Scan</Button>;
}
