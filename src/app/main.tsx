import './strict-csp.ts';
import './trusted-types.ts';
import '@mantine/core/styles.css';
import './tokens.css';
import './mantine.css';
import { MantineProvider } from '@mantine/core';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { connectLamp } from '../vault/index.ts';
import { askForBackgroundExchange } from './background-sync.ts';
import { Fault, FaultBoundary } from './Fault.tsx';
import { type Lamp, LampProvider } from './lamp.tsx';
import { TAKE_ME_OVER } from './service-worker-messages.ts';
import { TabletApp } from './tablet/TabletApp.tsx';
import { theme } from './theme.ts';

// The desk has a network; the bedside may not, so only the desk's pages are loaded late.
const Workbench = lazy(() =>
  import('./workbench/Workbench.tsx').then((module) => ({ default: module.Workbench })),
);
const Administration = lazy(() =>
  import('./admin/Administration.tsx').then((module) => ({ default: module.Administration })),
);

const root = createRoot(document.getElementById('root')!);

function render(page: React.ReactNode): void {
  root.render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="light">
        <FaultBoundary>
          <Suspense fallback={<p className="page">Opening…</p>}>{page}</Suspense>
        </FaultBoundary>
      </MantineProvider>
    </StrictMode>,
  );
}

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const { serviceWorker } = navigator;
  void serviceWorker.register('/service-worker.js');
  // The page that installs it was loaded without it, and is not always among those that it takes over by itself; what is
  // loaded late would then be missing with no network.
  void serviceWorker.ready.then(({ active }) => {
    if (!serviceWorker.controller) active?.postMessage(TAKE_ME_OVER);
  });
}

switch (location.pathname) {
  case '/workbench':
    render(<Workbench />);
    break;
  case '/admin':
    render(<Administration />);
    break;
  default:
    void connectLamp().then(
      (lamp: Lamp) => {
        askForBackgroundExchange(lamp.subscribe);
        render(
          <LampProvider value={lamp}>
            <TabletApp />
          </LampProvider>,
        );
      },
      // No workers or no storage (an old browser, a page without https): said, not left blank.
      () =>
        render(
          <Fault message="This browser cannot keep the ward's record: it needs https and its own storage." />,
        ),
    );
}
