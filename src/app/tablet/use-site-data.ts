import { createContext, useContext, useEffect, useState } from 'react';
import { z } from 'zod';
import { type Formulary, FormularyItem, openFormulary } from '../../clinical/index.ts';
import type { VaultApi } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';

/** What the hospital brought along, ready to be asked; until it is read, or where there is none, it is empty. */
export interface Brought {
  formulary: Formulary;
}

export const BroughtContext = createContext<Brought>({ formulary: openFormulary([]) });
export const useBrought = (): Brought => useContext(BroughtContext);

/** Read once, when a tablet is unlocked, and again when the desk has published something. */
export function useSiteData(): Brought {
  const { vault, subscribe } = useLamp();
  const [brought, setBrought] = useState(useBrought());
  useEffect(() => {
    let publishedAt: string | undefined;
    const load = async (): Promise<void> => {
      const found = await vault.siteData('formulary');
      if (!found || found.recordedAt === publishedAt) return;
      publishedAt = found.recordedAt;
      const items = readItems(FormularyItem, found);
      setBrought({ formulary: openFormulary(items) });
    };
    void load();
    return subscribe((event) => void (event.type === 'site-changed' && load()));
  }, [vault, subscribe]);
  return brought;
}

/** Each by itself: one that a newer version wrote must not take the others away. */
function readItems<T>(
  schema: z.ZodType<T>,
  found: NonNullable<Awaited<ReturnType<VaultApi['siteData']>>>,
): T[] {
  const list = z.array(z.unknown()).safeParse(found.data);
  return (list.data ?? []).flatMap((item) => schema.safeParse(item).data ?? []);
}
