import { useRef, useState } from 'react';
import { type Draft, type EntryId, formatTime } from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';

export interface Save {
  busy: boolean;
  problem: string | undefined;
  /** Resolves with "Saved on this tablet 14:05", or `undefined` when nothing was saved: then the form stays as it is. */
  save(patient: string, draft: Draft, pin?: string): Promise<string | undefined>;
  /** The same, with the id of what was saved, for a form whose next entry names it. */
  append(patient: string, draft: Draft, pin?: string): Promise<{ id: EntryId; message: string } | undefined>;
}

/** The worker died or was cut off, perhaps after it had saved: neither is said, or somebody writes it twice. */
export const UNANSWERED = {
  ok: false,
  error: {
    message:
      "This tablet's storage did not answer, so it is not known whether this was saved. What you wrote is still here: copy it to paper, open Lamplight again, and look at the chart before you write it a second time.",
  },
} as const;

/** The one way from a form into the vault. Only what the vault confirmed is called saved. */
export function useSave(timeZone: string): Save {
  const { vault } = useLamp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  // A second tap before "saving" is drawn must not chart the same thing twice.
  const running = useRef(false);
  const append: Save['append'] = async (patient, draft, pin) => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    const result = await vault
      .append({ patient, draft, ...(pin === undefined ? {} : { pin }) })
      .catch(() => UNANSWERED);
    running.current = false;
    setBusy(false);
    if (result.ok) {
      const { id, savedAt } = result.value;
      return { id, message: `Saved on this tablet ${formatTime(savedAt, timeZone)}` };
    }
    setProblem(result.error.message);
    return undefined;
  };
  return {
    busy,
    problem,
    append,
    save: async (patient, draft, pin) => (await append(patient, draft, pin))?.message,
  };
}
