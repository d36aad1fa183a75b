import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { PictureReference, PictureType } from '../../clinical/index.ts';
import type { PictureHere, Result } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';

/** Where the pictures of a form come from, and where new ones go: the vault, or the server at the desk. */
export interface PictureSource {
  read(sha256: string): Promise<PictureHere>;
  /** Absent: pictures are shown here, and none is taken. */
  keep?(picture: {
    bytes: Uint8Array<ArrayBuffer>;
    contentType: PictureType;
  }): Promise<Result<PictureReference>>;
}

const Source = createContext<PictureSource | undefined>(undefined);
export const PictureSourceProvider = Source.Provider;
export const usePictureSource = (): PictureSource | undefined => useContext(Source);

/** Whose picture is being made: a dialog covers the patient's banner. */
const Subject = createContext<string | undefined>(undefined);
export const PictureSubject = Subject.Provider;
export const usePictureSubject = (): string | undefined => useContext(Subject);

/** Pictures of one patient on a tablet. */
export function TabletPictures({ patient, children }: { patient: string; children: ReactNode }) {
  const { vault } = useLamp();
  const source = useMemo<PictureSource>(
    () => ({
      read: (sha256) => vault.picture({ patient, sha256 }),
      keep: (picture) => vault.keepPicture(picture),
    }),
    [vault, patient],
  );
  return <PictureSourceProvider value={source}>{children}</PictureSourceProvider>;
}
