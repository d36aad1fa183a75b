import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';
import { ApiError, request } from './api.ts';

/** A GET that repeats while the page is seen. The last good answer stays while the server is away. */
export function usePoll<S extends z.ZodType>(
  path: string | undefined,
  schema: S,
  everyMs = 3_000,
): { value: z.infer<S> | undefined; problem: string | undefined; reload: () => void } {
  const [value, setValue] = useState<z.infer<S>>();
  const [problem, setProblem] = useState<string>();
  const reload = useCallback(() => {
    if (path === undefined || document.hidden) return;
    request('GET', path, schema).then(
      (answer) => {
        setValue(answer);
        setProblem(undefined);
      },
      (error: unknown) =>
        setProblem(error instanceof ApiError ? error.message : 'The page could not be refreshed.'),
    );
  }, [path, schema]);
  useEffect(() => {
    reload();
    const timer = setInterval(reload, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { value, problem, reload };
}
