import { useCallback, useEffect, useRef, useState } from 'react';
import { useLamp } from '../../lamp.tsx';
import { beforeLock } from '../before-lock.ts';

const AFTER_MS = 250;

export interface KeptDraft {
  /** Why the draft could not be kept, ready to show. */
  problem: string | undefined;
  /** Writes now what waits for its quarter of a second. */
  flush(): Promise<void>;
  /** After the entry is safe: forgets the draft, also one that is on its way. */
  discard(): Promise<void>;
}

export interface DraftKeeper extends KeptDraft {
  /** What there is to keep now; `undefined`: nothing (any more). */
  keep(content: unknown | undefined): void;
}

const asText = (content: unknown | undefined): string | undefined =>
  content === undefined ? undefined : JSON.stringify(content);

/**
 * Keeps what is being written, sealed for its author: at rest a quarter of a second after the last keystroke, and
 * at once when the page is hidden, left or locked. `first` is what the form was opened with. `patient` is absent while
 * there is none yet.
 */
export function useDraftKeeper(
  key: string,
  patient: string | undefined,
  first: unknown | undefined,
): DraftKeeper {
  const { vault } = useLamp();
  const [problem, setProblem] = useState<string>();
  const waiting = useRef<string>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [opened] = useState(() => asText(first));
  const newest = useRef(opened);
  const closed = useRef(false);
  // One after another, so that a discard never overtakes the save before it.
  const last = useRef<Promise<void>>(Promise.resolve());

  const flush = useCallback((): Promise<void> => {
    const draft = waiting.current;
    if (draft === undefined || closed.current) return last.current;
    waiting.current = undefined;
    last.current = last.current.then(async () => {
      const result = await vault
        .saveDraft({
          key,
          ...(patient === undefined ? {} : { patient }),
          content: JSON.parse(draft) as unknown,
        })
        .catch(() => undefined);
      setProblem(
        result?.ok ? undefined : (result?.error.message ?? 'The draft could not be kept on this tablet.'),
      );
    });
    return last.current;
  }, [vault, key, patient]);

  /** Never throws: what is saved is saved, and a draft that is left over is offered again. */
  const forget = useCallback(
    (): Promise<void> => vault.discardDraft(key).catch(() => undefined),
    [vault, key],
  );

  const keep = useCallback(
    (content: unknown | undefined): void => {
      const text = asText(content);
      if (text === newest.current) return;
      newest.current = text;
      clearTimeout(timer.current);
      waiting.current = text;
      if (text !== undefined) timer.current = setTimeout(() => void flush(), AFTER_MS);
      // Emptied by its author: an older draft must not come back.
      else last.current = last.current.then(forget);
    },
    [flush, forget],
  );

  useEffect(() => {
    const hidden = (): void => void (document.hidden && flush());
    document.addEventListener('visibilitychange', hidden);
    const unregister = beforeLock(flush);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      unregister();
      clearTimeout(timer.current);
      void flush();
    };
  }, [flush]);

  const discard = useCallback(async (): Promise<void> => {
    closed.current = true;
    await last.current;
    await forget();
  }, [forget]);

  return { problem, keep, flush, discard };
}

/** The same for a form that has all that it keeps in one piece. `content` is undefined while there is nothing to keep. */
export function useDraft(key: string, patient: string, content: unknown | undefined): KeptDraft {
  const { keep, ...draft } = useDraftKeeper(key, patient, content);
  useEffect(() => keep(content));
  return draft;
}
