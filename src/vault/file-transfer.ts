import { entryId, type Opening, readEntry, type VersionVector } from '../log/index.ts';
import { signWith } from '../seal/index.ts';
import {
  DIRECTORY_SCOPE,
  type Directory,
  openWardEntry,
  ROSTER_SCOPE,
  wardScope,
} from '../site/index.ts';
import {
  armour,
  describeBody,
  type ExportHeader,
  type ExportLine,
  importFile,
  planExport,
  readExportStatement,
  toExportLine,
  writeExport,
  writeStatement,
} from '../sync/index.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';
import type { Keyring } from './keyring.ts';
import { readDirectory } from './site-records.ts';
import { createVaultStore } from './store.ts';
import type { ExportReceipt, TransferApi, TransferReport } from './transfer-api.ts';
