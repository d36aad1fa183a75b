import * as Comlink from 'comlink';
import './strict-csp.ts';
import { createAuditTrail } from './audit.ts';
import { audited } from './audited.ts';
import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { purgeWhatIsClosed } from './purge.ts';
import { createVault } from './vault.ts';
import { obeyWipeOrders } from './wipe.ts';

const db = new VaultDatabase();
const clock = (): number => Date.now();
const news = openNews();
const trail = createAuditTrail(db, clock);
obeyWipeOrders(db, openNews(), trail);
purgeWhatIsClosed(db, openNews(), trail, clock);
Comlink.expose(audited(createVault(db, news, clock), trail));
