import { useRef, useState } from 'react';
import { type Draft, type EntryId, formatTime } from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';
import { useKeptValues } from './KeptForm.tsx';

export interface Save {
  busy: boolean;
  problem: string | undefined;
  /**
   * Resolves with "Saved on this tablet 14:05", or `undefined` when nothing was saved: then the form stays as it is. The
   * form's draft is forgotten by the same write.
   */
  save(patient: string, draft: Draft, pin?: string): Promise<string | undefined>;
  /**
   * The same, with the id of what was saved, for a form that goes on with it. `keepsDraft`: its draft holds more than this
   * entry, and stays.
   */
  append(
    patient: string,
    draft: Draft,
    as?: { pin?: string | undefined; keepsDraft?: boolean },
  ): Promise<{ id: EntryId; message: string } | undefined>;
}

/** The worker died or was cut off, perhaps after it had saved: neither is said, or somebody writes it twice. */
export const UNANSWERED = {
  ok: false,
  error: {
    message:
      "This tablet's storage did not answer, so it is not known whether this was saved. What you wrote is still here: copy it to paper, open Lamplight again, and look at the chart before you write it a second time.",
  },
} as const;

/**
 * The one way from a form into the vault. Only what the vault confirmed is called saved. `ownDraft`: the key of the draft
 * of a form that keeps its own, without a `KeptForm` around it.
 */
export function useSave(timeZone: string, ownDraft?: string): Save {
  const { vault } = useLamp();
  const { draftKey = ownDraft, flush } = useKeptValues();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  // A second tap before "saving" is drawn must not chart the same thing twice.
  const running = useRef(false);
  const append: Save['append'] = async (patient, draft, { pin, keepsDraft = false } = {}) => {
    const forgets = keepsDraft ? undefined : draftKey;
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    // A keystroke that waits to be kept must not bring the draft back after it is forgotten.
    if (forgets !== undefined) await flush();
    const result = await vault
      .append({
        patient,
        draft,
        ...(pin === undefined ? {} : { pin }),
        ...(forgets === undefined ? {} : { forgets }),
      })
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
    save: async (patient, draft, pin) => (await append(patient, draft, { pin }))?.message,
  };
}
