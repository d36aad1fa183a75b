import * as Comlink from 'comlink';
import './strict-csp.ts';
import { SYNC_LOCK } from './background-exchange.ts';
import { layBallast } from './ballast.ts';
import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { createSyncLoop } from './sync-loop.ts';

const db = new VaultDatabase();
const loop = createSyncLoop(db, openNews(), {
  random: Math.random,
  clock: () => Date.now(),
});
Comlink.expose({ state: loop.state, syncNow: loop.syncNow });
// One loop on a tablet with several tabs: the others wait for the lock and take over when that tab closes.
void navigator.locks.request(SYNC_LOCK, () => loop.run());
// Without it (no private file system, or little room) the tablet works the same; only its last reserve is missing.
void layBallast(db, Date.now()).catch(() => undefined);
