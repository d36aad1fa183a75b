import type { ServerContext } from './context.ts';
import { DEMO_WARDS } from './demo-ehr/demo-data.ts';

/** Staff of the demo; their PINs are printed, since nobody's record is behind them. */
export const DEMO_STAFF: NonNullable<ServerContext['demo']>['staff'] = [
  { name: 'Nora Quinn', role: 'nurse', pin: '135790' },
  { name: 'Sam Okafor', role: 'nurse', pin: '246801' },
  { name: 'Dr Mei Tanaka', role: 'clinician', pin: '314159' },
  { name: 'Rita Alvarez', role: 'records', pin: '271828' },
  { name: 'Adam Lind', role: 'administrator', pin: '161803' },
];

/** Makes the demo hospital on the first start; later starts find it in the directory. */
export async function seedDemoSite({ site, census }: Pick<ServerContext, 'site' | 'census'>): Promise<void> {
  await site.openSite({ name: 'Demo Hospital', timeZone: 'America/Chicago', demo: true });
  for (const ward of DEMO_WARDS)
    await site.openWard({ id: ward.id.replace(/^ward-/, ''), name: ward.name, ehrLocation: ward.id });
  const wards = [...site.directory().wards.keys()];
  const known = new Set([...site.roster().values()].map((person) => person.name));
  for (const person of DEMO_STAFF.filter((candidate) => !known.has(candidate.name)))
    await site.addStaff({ ...person, wards });
  await census.refresh();
}
