import * as Comlink from 'comlink';
import './strict-csp.ts';
import { createAuditTrail } from './audit.ts';
import { audited } from './audited.ts';
import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { createVault } from './vault.ts';

const db = new VaultDatabase();
const clock = (): number => Date.now();
Comlink.expose(audited(createVault(db, openNews(), clock), createAuditTrail(db, clock)));
