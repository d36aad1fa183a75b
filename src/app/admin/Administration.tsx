import type { ReactNode } from 'react';
import { StaffList } from '../../wire/site-setup.ts';
import { CensusState, PublicInfo } from '../../wire/workbench.ts';
import { RecordsByFile } from '../RecordsByFile.tsx';
import { SignInGate } from '../sign-in/SignInGate.tsx';
import { usePoll } from '../use-poll.ts';
import { AuditCard } from './AuditCard.tsx';
import { FormCard } from './FormCard.tsx';
import { HubCard } from './HubCard.tsx';
import { JoinRequestsCard } from './JoinRequestsCard.tsx';
import { SignInCard } from './SignInCard.tsx';
import { SiteDataCards } from './SiteDataCards.tsx';
import { SiteSetupForm } from './SiteSetupForm.tsx';
import { StaffCard } from './StaffCard.tsx';
import { TabletsCard } from './TabletsCard.tsx';
import { WardSettingsCard } from './WardSettingsCard.tsx';
import { WardsCard } from './WardsCard.tsx';

/** Before the outage: enrol tablets, see how fresh everything is. */
export function Administration() {
  const site = usePoll('/api/public', PublicInfo, 600_000);
  if (site.value && !site.value.opened) return <SiteSetupForm onOpened={site.reload} />;
  return (
    <SignInGate title="Administration" page="/admin" roles={['administrator', 'clinician']}>
      {({ staff }, ask) =>
        // Clinicians come here to sign scores, and see nothing else.
        staff.role === 'clinician' ? (
          <WardSettingsCard clinician />
        ) : (
          <Readiness timeZone={site.value?.timeZone ?? 'UTC'} onPolicy={ask} />
        )
      }
    </SignInGate>
  );
}

function Readiness({ timeZone, onPolicy }: { timeZone: string; onPolicy: () => void }) {
  const census = usePoll('/api/admin/census', CensusState, 5_000);
  const list = usePoll('/api/admin/staff', StaffList, 60_000);
  const wards = census.value?.wards ?? [];
  const staff = list.value?.staff ?? [];
  const parts: [id: string, title: string, part: ReactNode][] = [
    ['wards', 'Wards', <WardsCard key="wards" census={census} />],
    ['tablets', 'Tablets', <TabletsCard key="tablets" />],
    ['hubs', 'Ward hubs', <HubCard key="hubs" wards={wards} />],
    ['staff', 'Staff', <StaffCard key="staff" wards={wards} />],
    ['signing-in', 'Desk sign-in', <SignInCard key="sign-in" staff={staff} onPolicy={onPolicy} />],
    ['forms', 'Forms', <FormCard key="forms" timeZone={timeZone} />],
    ['brought', 'Formulary and orders', <SiteDataCards key="brought" />],
    ['settings', 'Ward settings', <WardSettingsCard key="settings" clinician={false} />],
    ['audit', 'Audit trail', <AuditCard key="audit" staff={staff} timeZone={timeZone} />],
    ['files', 'Records by file', <RecordsByFile key="files" />],
  ];
  return (
    <>
      <JoinRequestsCard />
      <nav className="row" aria-label="On this page">
        {parts.map(([id, title]) => (
          <a key={id} className="jump" href={`#${id}`}>
            {title}
          </a>
        ))}
      </nav>
      {parts.map(([id, , part]) => (
        <div key={id} id={id} className="stack part">
          {part}
        </div>
      ))}
    </>
  );
}
