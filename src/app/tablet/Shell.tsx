import { Button, Modal, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatAgo, formatInstant, type OrderId } from '../../clinical/index.ts';
import type { Session, TabletStatus } from '../../vault/api.ts';
import { useLamp, useNow } from '../lamp.tsx';
import { BoardScreen } from './BoardScreen.tsx';
import { RegisterScreen } from './forms/RegisterScreen.tsx';
import { PatientScreen } from './patient/PatientScreen.tsx';
import { StateStrip } from './StateStrip.tsx';
import { lock } from './TabletApp.tsx';

/** Where one is. Lives in memory only: no name and no id ever stands in an address. */
export type Screen = { at: 'board' } | { at: 'register' } | { at: 'patient'; patient: string; give?: { order: OrderId; dueAt?: string } };

export interface ScreenProps {
  session: Session;
  timeZone: string;
  go: (screen: Screen) => void;
}

type Theme = 'light' | 'dark' | 'red-night';

/** What is around every screen of an unlocked tablet. */
export function Shell({ status, session }: { status: TabletStatus; session: Session }) {
  const { subscribe } = useLamp();
  const [screen, go] = useState<Screen>({ at: 'board' });
  const [lost, setLost] = useState<string>();
  const [theme, setTheme] = useState<Theme>('light');
  const { setColorScheme } = useMantineColorScheme();
  const now = useNow();
  useEffect(() => subscribe((event) => event.type === 'storage-lost' && setLost(event.message)), [subscribe]);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    setColorScheme(theme === 'light' ? 'light' : 'dark');
  }, [theme, setColorScheme]);
  const props: ScreenProps = { session, timeZone: status.timeZone, go };
  return (
    <div className="shell">
      <header className="topbar">
        <span className="brand">Lamplight</span>
        <span>{session.ward.name}</span>
        <span>
          {session.staff.name} · {session.staff.role}
        </span>
        <span>{status.snapshotAsOf ? `EHR data as of ${formatInstant(status.snapshotAsOf, status.timeZone)} (${formatAgo(status.snapshotAsOf, now)})` : 'No EHR data'}</span>
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
        <Button onClick={lock}>Lock</Button>
      </header>
      <StateStrip counts={status.counts} timeZone={status.timeZone} />
      <main className="page">
        {screen.at === 'board' && <BoardScreen {...props} />}
        {screen.at === 'register' && <RegisterScreen {...props} />}
        {screen.at === 'patient' && <PatientScreen key={screen.patient} {...props} patient={screen.patient} give={screen.give} />}
      </main>
      <Modal opened={lost !== undefined} onClose={() => setLost(undefined)} title="Not saved" withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
        <p role="alert" className="alarm">
          {lost}
        </p>
        <Button onClick={() => setLost(undefined)}>Back to what I wrote</Button>
      </Modal>
    </div>
  );
}
