import { createContext, useContext, useEffect, useState } from 'react';
import { z } from 'zod';
import { type Formulary, FormularyItem, Interaction, OrderSet, openFormulary } from '../../clinical/index.ts';
import type { VaultApi } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';

/** What the hospital brought along, ready to be asked; until it is read, or where there is none, it is empty. */
export interface Brought {
  formulary: Formulary;
  orderSets: OrderSet[];
  interactions: Interaction[];
}

export const BroughtContext = createContext<Brought>({
  formulary: openFormulary([]),
  orderSets: [],
  interactions: [],
});
export const useBrought = (): Brought => useContext(BroughtContext);

/** Read once, when a tablet is unlocked, and again when the desk has published something. */
export function useSiteData(): Brought {
  const { vault, subscribe } = useLamp();
  const [brought, setBrought] = useState(useBrought());
  useEffect(() => {
    let loaded = '';
    const load = async (): Promise<void> => {
      const [formulary, orderSets, interactions] = await Promise.all([
        vault.siteData('formulary'),
        vault.siteData('order-sets'),
        vault.siteData('interactions'),
      ]);
      const published = [formulary, orderSets, interactions].map((found) => found?.recordedAt).join(' ');
      if (published === loaded) return;
      loaded = published;
      setBrought({
        formulary: openFormulary(readItems(FormularyItem, formulary)),
        orderSets: readItems(OrderSet, orderSets),
        interactions: readItems(Interaction, interactions),
      });
    };
    void load();
    return subscribe((event) => void (event.type === 'site-changed' && load()));
  }, [vault, subscribe]);
  return brought;
}

/** Each by itself: one that a newer version wrote must not take the others away. */
function readItems<T>(schema: z.ZodType<T>, found: Awaited<ReturnType<VaultApi['siteData']>>): T[] {
  const list = z.array(z.unknown()).safeParse(found?.data);
  return (list.data ?? []).flatMap((item) => schema.safeParse(item).data ?? []);
}
