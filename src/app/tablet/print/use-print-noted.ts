import { useEffect } from 'react';
import { useLamp } from '../../lamp.tsx';

export interface Printed {
  /** Whose records it tells. */
  patients: readonly string[];
  /** Names no patient. */
  what: string;
  pages: number;
}

/**
 * Notes in the trail each time that something is printed: by us, once more, on other paper or by the browser's own key,
 * all of which fire this event. `undefined`: nothing stands there yet. A paper lies over its screen, and is noted alone.
 */
export function usePrintNoted(printed: Printed | undefined, is: 'paper' | 'screen'): void {
  const { vault } = useLamp();
  useEffect(() => {
    if (!printed) return;
    const note = (): void => {
      if (is === 'screen' && document.body.classList.contains('printing')) return;
      void vault.printed(printed);
    };
    addEventListener('beforeprint', note);
    return () => removeEventListener('beforeprint', note);
  });
}
