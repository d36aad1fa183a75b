import { useCallback, useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import { ApiError, request } from './api.ts';

/**
 * A GET that repeats while the page is seen. The last good answer stays while the server is away. `reload` resolves
 * when the page shows what the server said to it, or why it could not.
 */
export function usePoll<S extends z.ZodType>(
  path: string | undefined,
  schema: S,
  everyMs = 3_000,
): { value: z.infer<S> | undefined; problem: string | undefined; reload: () => Promise<void> } {
  const [value, setValue] = useState<z.infer<S>>();
  const [problem, setProblem] = useState<string>();
  const asked = useRef(0);
  const shown = useRef(0);
  const reload = useCallback(async () => {
    if (path === undefined || document.hidden) return;
    asked.current += 1;
    const turn = asked.current;
    try {
      const answer = await request('GET', path, schema);
      // An answer that a later one has overtaken is older than what is shown.
      if (turn < shown.current) return;
      shown.current = turn;
      setValue(answer);
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'The page could not be refreshed.');
    }
  }, [path, schema]);
  useEffect(() => {
    void reload();
    const timer = setInterval(() => void reload(), everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { value, problem, reload };
}
