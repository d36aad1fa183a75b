import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { type Lamp, LampProvider, WardRows } from '../../src/app/lamp.tsx';
import { theme } from '../../src/app/theme.ts';
import {
  type BoardRow,
  type Chart,
  type ChartOrder,
  DEFAULT_RULES,
  DEFAULT_SETTINGS,
  type Draft,
  scoreNews2,
  type VitalValues,
} from '../../src/clinical/index.ts';
import type { StoredDraft, TabletStatus, VaultApi, VaultEvent } from '../../src/vault/api.ts';

/** A ward in memory, in the place of the two workers: what screens ask and tell, without keys or storage. */

export const PATIENT = 'aa'.repeat(16);
export const NURSE = { id: 'bb'.repeat(16), name: 'Nora Nurse', role: 'nurse' } as const;
const CLINICIAN = { id: 'cc'.repeat(16), name: 'Carl Clinician', role: 'clinician' } as const;
export const PIN = '135790';
export const LOG = 'dd'.repeat(16);

export const minutesFromNow = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000).toISOString();

export function aStatus(changes: Partial<TabletStatus> = {}): TabletStatus {
  return {
    state: 'ready',
    reasons: [],
    deviceName: 'Tablet 4W-2',
    wards: [{ id: '4west', name: '4 West' }],
    timeZone: 'America/Chicago',
    demo: true,
    snapshotAsOf: minutesFromNow(-75),
    staff: [NURSE, CLINICIAN],
    recent: [],
    counts: {
      onThisTabletOnly: 12,
      oldestUnsentAt: minutesFromNow(-40),
      copied: 0,
      atServer: 30,
      inEhr: 12,
      needsPerson: 1,
    },
    persisted: true,
    storage: 'enough',
    pinOnlyWarning: true,
    unlockWith: 'pin',
    ...changes,
  };
}

/** A medication order as the EHR has it. */
export function anOrder(changes: Partial<ChartOrder> & { text: string; dose?: number }): ChartOrder {
  const { text, dose, ...rest } = changes;
  return {
    id: 'e1'.repeat(16),
    source: { from: 'ehr', asOf: minutesFromNow(-75) },
    detail: {
      category: 'medication',
      medication: { text },
      dose: { value: dose ?? 500, unit: 'mg' },
      route: 'PO',
      schedule: { type: 'every', hours: 8 },
      startAt: minutesFromNow(-600),
    },
    incomplete: [],
    state: 'active',
    holds: [],
    administrations: [],
    ...rest,
  };
}

export function aVitalSet(
  position: number,
  minutesAgo: number,
  values: VitalValues,
): Chart['vitals'][number] {
  const at = minutesFromNow(-minutesAgo);
  return {
    id: `${LOG}-${position}`,
    hlc: [Date.parse(at), 0],
    body: { kind: 'vital-signs', author: NURSE, effectiveAt: at, recordedAt: at, values },
    standing: 'current',
    replacedBy: [],
    news2: scoreNews2(values),
  };
}

export function aChart(changes: Partial<Chart> = {}): Chart {
  return {
    now: minutesFromNow(0),
    identity: {
      id: PATIENT,
      name: { family: 'Abernathy', given: 'Ruth' },
      nameUnknown: false,
      birthDate: '1951-03-04',
      sex: 'female',
      numbers: [{ kind: 'MR', value: '4410-22' }],
      bed: '12',
    },
    allergies: {
      status: 'known',
      list: [
        {
          substance: { text: 'Penicillin V' },
          reaction: 'hives',
          source: { from: 'ehr', asOf: minutesFromNow(-75) },
        },
      ],
    },
    problems: ['Heart failure', 'Type 2 diabetes'],
    orders: [],
    dueDoses: [],
    afterDoses: { reassessments: [], patchesOn: [], said: {} },
    medicationRules: DEFAULT_RULES,
    settings: DEFAULT_SETTINGS,
    infusions: [],
    care: {
      takenBy: [],
      handoffs: [],
      escalations: [],
      results: [],
      devices: [],
      screens: [],
      news2Applies: true,
    },
    signatures: {},
    vitals: [],
    notes: [],
    measurements: [],
    forms: [],
    ehrObservations: [],
    conflicts: [],
    history: [],
    snapshotAsOf: minutesFromNow(-75),
    snapshotWarnings: [],
    bedClaims: [],
    wardSettlements: [],
    samePersonAs: [],
    ...changes,
  };
}

export function aBoardRow(changes: Partial<BoardRow> = {}): BoardRow {
  const { identity } = aChart();
  return {
    patient: PATIENT,
    bed: '12',
    name: identity.name,
    nameUnknown: false,
    birthDate: '1951-03-04',
    sex: 'female',
    number: { kind: 'MR', value: '4410-22' },
    allergies: { status: 'known', names: ['Penicillin V'] },
    doses: [],
    asNeeded: [],
    notGoing: [],
    toSign: [],
    reassessments: [],
    infusions: [],
    ordersToAcknowledge: 0,
    takenBy: [],
    isolation: [],
    escalations: [],
    scans: { given: 0, scanned: 0 },
    conflicts: [],
    numbers: identity.numbers,
    bedClaims: [],
    wardSettlements: [],
    samePersonAs: [],
    ...changes,
  };
}

export interface FakeLamp extends Lamp {
  /** Drafts of entries that the vault was asked to append, and said ok to. */
  appended: { patient: string; draft: Draft; pin?: string; forgets?: string }[];
  drafts: Map<string, StoredDraft>;
  /** Moves that the vault was asked for, and said ok to. */
  moved: Parameters<VaultApi['move']>[0][];
  /** Signatures of second persons. */
  witnessed: Parameters<VaultApi['witness']>[0][];
  tell(event: VaultEvent): void;
}

/** `changes` replaces single calls, for example `append` with one that fails. */
export function aLamp({
  chart = aChart(),
  rows = [aBoardRow()],
  status = aStatus(),
  changes = {},
}: {
  chart?: Chart;
  rows?: BoardRow[];
  status?: TabletStatus;
  changes?: Partial<VaultApi>;
} = {}): FakeLamp {
  const listeners = new Set<(event: VaultEvent) => void>();
  const appended: FakeLamp['appended'] = [];
  const drafts: FakeLamp['drafts'] = new Map();
  const moved: FakeLamp['moved'] = [];
  const witnessed: FakeLamp['witnessed'] = [];
  const pictures = new Map<string, Parameters<VaultApi['keepPicture']>[0]>();
  const savedAt = (): string => new Date().toISOString();
  const vault: VaultApi = {
    status: async () => status,
    askToJoin: async () => ({ ok: true, value: undefined }),
    joinOnceLetIn: async () => ({ ok: true, value: 'waiting' }),
    forgetJoining: async () => undefined,
    passkeys: async () => [],
    wipeOutlook: async () => ({ entries: 0, beds: [] }),
    orderWipe: async () => ({ ok: true, value: undefined }),
    addPasskey: async () => ({ ok: true, value: undefined }),
    changeSecret: async () => ({ ok: true, value: undefined }),
    removePasskey: async () => ({ ok: true, value: undefined }),
    unlock: async ({ staff, ...shown }) =>
      'pin' in shown && shown.pin === PIN
        ? { ok: true, value: { staff: status.staff.find(({ id }) => id === staff)!, ward: status.wards[0]! } }
        : {
            ok: false,
            error: {
              kind: 'wrong-pin',
              message: 'That is not the PIN of Nora Nurse. Nothing is lost; try again.',
            },
          },
    confirmPin: async (pin) =>
      pin === PIN
        ? { ok: true, value: undefined }
        : { ok: false, error: { kind: 'wrong-pin', message: 'That is not your PIN.' } },
    board: async () => rows,
    completeness: async () => ({ toOpen: 0, snapshotAsOf: minutesFromNow(-75) }),
    chart: async (patient) => (patient === chart.identity.id ? chart : undefined),
    append: async (request) => {
      appended.push(request);
      return { ok: true, value: { id: `${LOG}-${100 + appended.length}`, savedAt: savedAt() } };
    },
    register: async () => ({
      ok: true,
      value: { id: `${LOG}-200`, savedAt: savedAt(), patient: 'ee'.repeat(16), number: 'DA00001X' },
    }),
    otherWards: async () => [{ id: '5east', name: '5 East' }],
    move: async (request) => {
      moved.push(request);
      return { ok: true, value: { id: `${LOG}-${300 + moved.length}`, savedAt: savedAt() } };
    },
    places: async () => ({}),
    revocable: async () => [],
    revoke: async () => ({ ok: true, value: undefined }),
    held: async () => [],
    witness: async (request) => {
      if (request.pin !== PIN)
        return { ok: false, error: { kind: 'wrong-pin', message: 'That is not the PIN of that person.' } };
      witnessed.push(request);
      return { ok: true, value: { id: `${LOG}-300`, savedAt: savedAt() } };
    },
    printed: async () => undefined,
    finish: async () => undefined,
    emergencyAccess: async () => ({ ok: true, value: NURSE }),
    tablets: async () => ({ [LOG]: 'Tablet 4W-2' }),
    saveDraft: async (draft) => {
      drafts.set(draft.key, { ...draft, savedAt: savedAt() });
      return { ok: true, value: { savedAt: savedAt() } };
    },
    drafts: async () => [...drafts.values()],
    discardDraft: async (key) => void drafts.delete(key),
    keepPicture: async ({ bytes, contentType }) => {
      const sha256 = String(pictures.size).padStart(64, '0');
      pictures.set(sha256, { bytes, contentType });
      return { ok: true, value: { contentType, size: bytes.length, sha256 } };
    },
    picture: async ({ sha256 }) => {
      const kept = pictures.get(sha256);
      return kept ? { here: true, ...kept } : { here: false, parts: 0, of: undefined };
    },
    forms: async () => [],
    siteData: async () => undefined,
    quarantine: async () => [],
    exportFile: async () => ({
      ok: true,
      value: {
        file: new Blob(['sealed']),
        name: 'lamplight Tablet-4W-2 2026-11-24T1505.age',
        entries: 12,
        tablets: ['Tablet 4W-2'],
        readable: true,
      },
    }),
    qrStatement: async () => ({ ok: true, value: ['WORD'] }),
    qrRead: async () => ({ kind: 'nothing' }),
    qrShow: async () => ({ ok: true, value: { texts: ['FRAME'], fraction: 0.5, round: 1 } }),
    qrForget: async () => undefined,
    importFile: async () => ({ ok: false, error: { kind: 'locked', message: 'Unlock the tablet first.' } }),
    now: async () => savedAt(),
    ...changes,
  };
  return {
    vault,
    sync: {
      state: async () => ({ reach: 'no-network', phase: 'idle', done: 0, total: 0 }),
      syncNow: async () => undefined,
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    appended,
    moved,
    witnessed,
    drafts,
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}

/** The screens as a person has them: theme, lamp, nothing else. */
export function renderWith(lamp: Lamp, screen: ReactNode): ReturnType<typeof render> {
  return render(
    <MantineProvider theme={theme} env="test">
      <LampProvider value={lamp}>
        <WardRows>{screen}</WardRows>
      </LampProvider>
    </MantineProvider>,
  );
}

/** A form while the entries of another tablet come in. */
export function WithNews({
  before,
  after,
  children,
}: {
  before: Chart;
  after: Chart;
  children: (chart: Chart) => ReactNode;
}) {
  const [chart, setChart] = useState(before);
  return (
    <>
      <button type="button" onClick={() => setChart(after)}>
        News
      </button>
      {children(chart)}
    </>
  );
}
