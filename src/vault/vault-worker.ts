import * as Comlink from 'comlink';
import './strict-csp.ts';
import { VaultDatabase } from './database.ts';
import { openNews } from './events.ts';
import { createVault } from './vault.ts';

Comlink.expose(createVault(new VaultDatabase(), openNews(), () => Date.now()));
