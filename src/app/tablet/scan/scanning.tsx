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
import { type BoardRow, readScan, type Scan } from '../../../clinical/index.ts';
import { ScanDialog } from './ScanDialog.tsx';
import { listenForWedge } from './wedge.ts';

/** Takes a scan, or leaves it (`false`) to whatever is behind. */
export type TakeScan = (scan: Scan) => boolean;

interface Scanning {
  /** The last one that came takes first: a form before its screen. */
  add(take: TakeScan): () => void;
  /** Opens the camera. */
  scan(): void;
}

const ScanningContext = createContext<Scanning>({ add: () => () => undefined, scan: () => undefined });

/** By scanner or camera, on every screen of an unlocked tablet. `onScan` gets what no screen took. */
export function ScanningProvider({
  rows,
  onScan,
  children,
}: {
  rows: readonly BoardRow[] | undefined;
  onScan: (scan: Scan) => void;
  children: ReactNode;
}) {
  const takers = useRef<TakeScan[]>([]);
  const [camera, setCamera] = useState(false);
  const behind = useRef({ rows, onScan });
  useEffect(() => {
    behind.current = { rows, onScan };
  });
  const handle = useCallback((text: string): void => {
    const scan = readScan(text, behind.current.rows ?? [], new Date().toISOString());
    if (!takers.current.toReversed().some((take) => take(scan))) behind.current.onScan(scan);
  }, []);
  useEffect(() => listenForWedge(handle), [handle]);
  const scanning = useMemo<Scanning>(
    () => ({
      add(take) {
        takers.current = [...takers.current, take];
        return () => {
          takers.current = takers.current.filter((other) => other !== take);
        };
      },
      scan: () => setCamera(true),
    }),
    [],
  );
  return (
    <ScanningContext value={scanning}>
      {children}
      {camera && (
        <ScanDialog
          onClose={() => setCamera(false)}
          onText={(text) => {
            setCamera(false);
            handle(text);
          }}
        />
      )}
    </ScanningContext>
  );
}

/** Takes scans while this part of the screen is there. */
export function useScan(take: TakeScan): void {
  const { add } = useContext(ScanningContext);
  const newest = useRef(take);
  useEffect(() => {
    newest.current = take;
  });
  useEffect(() => add((scan) => newest.current(scan)), [add]);
}

export const useCamera = (): (() => void) => useContext(ScanningContext).scan;
