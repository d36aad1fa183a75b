import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { alikePatients, type BoardRow, type Chart, type Conflict, wardConflicts } from '../clinical/index.ts';
import { jaroWinkler } from '../matching/index.ts';
import type { HeldItem } from '../vault/administer-api.ts';
import type {
  SyncApi,
  SyncState,
  TabletStatus,
  VaultApi,
  VaultEvent,
  WardCompleteness,
} from '../vault/api.ts';

/** The page's side of the vault and the sync. Tests hand in a fake; the app hands in the workers. */
export interface Lamp {
  vault: VaultApi;
  sync: SyncApi;
  subscribe(listener: (event: VaultEvent) => void): () => void;
}

const LampContext = createContext<Lamp | undefined>(undefined);
export const LampProvider = LampContext.Provider;

export function useLamp(): Lamp {
  const lamp = useContext(LampContext);
  if (!lamp) throw new Error('a screen needs a Lamp around it');
  return lamp;
}

/** A worker that has not answered by then may never do so: the question is put again. */
const LOST_AFTER_MS = 20_000;

interface Loaded<T> {
  value: T | undefined;
  loaded: boolean;
  /** When the value was read; only where it could not be read again since, so that it may be old. */
  shownAsOf?: string;
  reload: () => void;
}

/** Loads, and loads again whenever an event says that it may have changed, or after `everyMs`. */
function useLoaded<T>(
  load: () => Promise<T>,
  matters: (event: VaultEvent) => boolean,
  everyMs?: number,
): Loaded<T> {
  const { subscribe } = useLamp();
  const [answered, setAnswered] = useState<{ value: T; askedMs: number; old?: true }>();
  const turn = useRef<{ running?: { load: () => Promise<T>; since: number }; again: boolean }>({
    again: false,
  });
  const reload = useCallback(() => {
    const now = turn.current;
    // One at a time, and once more where something changed meanwhile: while a tablet takes in thousands of entries they
    // change faster than an answer comes, and every answer has to be shown.
    if (now.running?.load === load && Date.now() - now.running.since < LOST_AFTER_MS) {
      now.again = true;
      return;
    }
    const question = { load, since: Date.now() };
    // The one before was given no answer at all.
    if (now.running?.load === load) setAnswered((shown) => shown && { ...shown, old: true });
    now.running = question;
    now.again = false;
    const show = (next: (shown: typeof answered) => typeof answered): void => {
      // Something else is asked by now: this is the answer to nobody's question.
      if (now.running !== question) return;
      setAnswered(next);
      delete now.running;
      if (now.again) reload();
    };
    load().then(
      (value) => show(() => ({ value, askedMs: question.since })),
      // With nothing to show, thrown where the fault boundary sees it, rather than "Opening…" for ever. A refresh that
      // fails leaves what is on the screen, as old: it must not take away a form that is half filled in.
      (error: unknown) =>
        show((shown) => {
          if (shown === undefined) throw error;
          return { ...shown, old: true };
        }),
    );
  }, [load]);
  useEffect(() => {
    reload();
    const timer = everyMs === undefined ? undefined : setInterval(reload, everyMs);
    const unsubscribe = subscribe((event) => {
      if (matters(event)) reload();
    });
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [reload, subscribe, matters, everyMs]);
  return {
    value: answered?.value,
    loaded: answered !== undefined,
    ...(answered?.old ? { shownAsOf: new Date(answered.askedMs).toISOString() } : {}),
    reload,
  };
}

const statusMatters = (event: VaultEvent): boolean => event.type === 'counts' || event.type === 'snapshot';
export function useStatus(): { value: TabletStatus | undefined; reload: () => void } {
  const { vault } = useLamp();
  return useLoaded(
    useCallback(() => vault.status(), [vault]),
    statusMatters,
  );
}

const boardMatters = (event: VaultEvent): boolean => event.type === 'changed';
export const useBoard = (): BoardRow[] | undefined => useReadBoard().value;

const WardRowsContext = createContext<Loaded<BoardRow[]> | undefined>(undefined);

/** Around what is unlocked. The ward is read once for all who look at it: every reading opens and copies all of its rows. */
export function WardRows({ children }: { children: ReactNode }) {
  const { vault } = useLamp();
  const rows = useLoaded(
    useCallback(() => vault.board(), [vault]),
    boardMatters,
  );
  return <WardRowsContext value={rows}>{children}</WardRowsContext>;
}

/** The board, with since when it is shown where it could not be read again. */
export function useReadBoard(): Loaded<BoardRow[]> {
  const rows = useContext(WardRowsContext);
  if (!rows) throw new Error('a screen needs WardRows around it');
  return rows;
}

export function useCompleteness(): WardCompleteness | undefined {
  const { vault } = useLamp();
  return useLoaded(
    useCallback(() => vault.completeness(), [vault]),
    completenessMatters,
  ).value;
}
const completenessMatters = (event: VaultEvent): boolean =>
  event.type === 'changed' || event.type === 'snapshot';

/** A dose becomes due, and overdue, by time alone: an open chart is folded again each minute. */
const CHART_EVERY_MS = 60_000;

/** The chart; `loaded` without one: nothing is known of this patient here (any more). */
export function useChart(
  patient: string,
  whole: boolean,
): { chart: Chart | undefined } & Pick<Loaded<Chart>, 'loaded' | 'shownAsOf'> {
  const { vault } = useLamp();
  const matters = useCallback(
    (event: VaultEvent) => event.type === 'changed' && event.patients.includes(patient),
    [patient],
  );
  const { value, ...read } = useLoaded(
    useCallback(() => vault.chart(patient, whole), [vault, patient, whole]),
    matters,
    CHART_EVERY_MS,
  );
  return { chart: value, ...read };
}

const placesMatter = (event: VaultEvent): boolean => event.type === 'changed' || event.type === 'counts';
export function usePlaces(patient: string): Awaited<ReturnType<VaultApi['places']>> {
  const { vault } = useLamp();
  return (
    useLoaded(
      useCallback(() => vault.places(patient), [vault, patient]),
      placesMatter,
    ).value ?? {}
  );
}

/** Names of tablets by log; asked anew when entries come, since they bring new logs. */
export function useTablets(): Record<string, string> {
  const { vault } = useLamp();
  return (
    useLoaded(
      useCallback(() => vault.tablets(), [vault]),
      boardMatters,
    ).value ?? {}
  );
}

/** What waits until a person vouches for it. */
export function useHeld(): HeldItem[] {
  const { vault } = useLamp();
  return (
    useLoaded(
      useCallback(() => vault.held(), [vault]),
      placesMatter,
    ).value ?? []
  );
}

/** What only the whole ward shows, from the rows of its board. */
export function useWardConflicts(rows: BoardRow[] | undefined): Conflict[] {
  return useMemo(() => wardConflicts(rows ?? [], jaroWinkler), [rows]);
}

/** Whom on the ward each patient is easily taken for. */
export function useAlike(rows: BoardRow[] | undefined): ReadonlyMap<string, BoardRow[]> {
  return useMemo(
    // Who went to another ward is taken for nobody here.
    () =>
      alikePatients(
        (rows ?? []).filter((row) => !row.elsewhere),
        jaroWinkler,
      ),
    [rows],
  );
}

export function useSyncState(): SyncState | undefined {
  const { sync, subscribe } = useLamp();
  const [state, setState] = useState<SyncState>();
  useEffect(() => {
    void sync.state().then(setState);
    return subscribe((event) => {
      if (event.type === 'sync') setState(event.state);
    });
  }, [sync, subscribe]);
  return state;
}

/** The time, ticking: ages and due doses are compared with it. */
export function useNow(everyMs = 15_000): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
