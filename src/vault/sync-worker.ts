import * as Comlink from 'comlink';
import './strict-csp.ts';
import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { createSyncLoop } from './sync-loop.ts';

const loop = createSyncLoop(new VaultDatabase(), openNews(), {
  random: Math.random,
  clock: () => Date.now(),
});
Comlink.expose({ state: loop.state, syncNow: loop.syncNow });
// One loop on a tablet with several tabs: the others wait for the lock and take over when that tab closes.
void navigator.locks.request('lamplight-sync', () => loop.run());
