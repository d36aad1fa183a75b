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

/**
 * Keeps what is being written, sealed for its author: at rest a quarter of a second after the last keystroke, and
 * at once when the page is hidden, left or locked. `content` is undefined while there is nothing to keep.
 */
export function useDraft(key: string, patient: string, content: unknown | undefined): KeptDraft {
  const { vault } = useLamp();
  const [problem, setProblem] = useState<string>();
  const text = content === undefined ? undefined : JSON.stringify(content);
  const waiting = useRef<string>(undefined);
  const started = useRef(text);
  const closed = useRef(false);
  // One after another, so that a discard never overtakes the save before it.
  const last = useRef<Promise<void>>(Promise.resolve());

  const write = useCallback((): Promise<void> => {
    const draft = waiting.current;
    if (draft === undefined || closed.current) return last.current;
    waiting.current = undefined;
    last.current = last.current.then(async () => {
      const result = await vault
        .saveDraft({ key, patient, content: JSON.parse(draft) as unknown })
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

  useEffect(() => {
    if (text === started.current) return;
    started.current = text;
    if (text === undefined) {
      // Emptied by its author: an older draft must not come back.
      waiting.current = undefined;
      last.current = last.current.then(forget);
      return;
    }
    waiting.current = text;
    const timer = setTimeout(() => void write(), AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, write, forget]);

  useEffect(() => {
    const hidden = (): void => void (document.hidden && write());
    document.addEventListener('visibilitychange', hidden);
    const unregister = beforeLock(write);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      unregister();
      void write();
    };
  }, [write]);

  return {
    problem,
    flush: write,
    async discard() {
      closed.current = true;
      await last.current;
      await forget();
    },
  };
}
