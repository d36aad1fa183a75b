import type { Kysely } from 'kysely';
import type { Role } from '../clinical/index.ts';
import type { Audit } from './audit.ts';
import type { Branches } from './branches.ts';
import type { Census } from './census/import-census.ts';
import type { Database } from './database/schema.ts';
import type { EpochRecord } from './epoch.ts';
import type { InBackground } from './faults.ts';
import type { ServerLedger } from './ledger.ts';
import type { Moves } from './moves.ts';
import type { Projection } from './projection.ts';
import type { Quarantine } from './quarantine.ts';
import type { Closing } from './reconciliation/closing.ts';
import type { Reconciliation } from './reconciliation/reconciliation.ts';
import type { SignInWays } from './sign-in/index.ts';
import type { SiteIdentity } from './site-identity.ts';
import type { SiteLog } from './site-log.ts';
import type { SiteRecords } from './site-records.ts';
import type { StaffChanges } from './staff-changes.ts';
import type { Tokens } from './tokens.ts';

/** What a route may use. Built once in `create-server.ts`. */
export interface ServerContext {
  db: Kysely<Database>;
  identity: SiteIdentity;
  epoch: EpochRecord;
  ledger: ServerLedger;
  site: SiteRecords;
  staff: StaffChanges;
  siteLog: SiteLog;
  projection: Projection;
  branches: Branches;
  moves: Moves;
  audit: Audit;
  quarantine: Quarantine;
  census: Census;
  reconciliation: Reconciliation;
  closing: Closing;
  tokens: Tokens;
  signIn: SignInWays;
  clock: () => number;
  inBackground: InBackground;
  /** Demo only: the control address of the demo EHR, and the staff with their PINs. */
  demo:
    | {
        control: string;
        staff: { name: string; role: Role; pin: string }[];
      }
    | undefined;
}
