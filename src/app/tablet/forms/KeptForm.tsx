import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react';
import { type KeptDraft, useDraftKeeper } from './use-draft.ts';

/** One field as it stands. */
export interface KeptField {
  /** As JSON has it; `null`: nothing is chosen; `undefined`: not to be kept. */
  value: unknown;
  /** A person changed it, so that there is something to keep. */
  changed: boolean;
}

interface KeptValues extends Pick<KeptDraft, 'flush' | 'discard'> {
  /** What the continued draft says of a field, unchecked; `undefined`: nothing. */
  read(name: string): { value: unknown } | undefined;
  report(fields: Record<string, KeptField>): void;
  /** Of the draft; absent: nothing is kept here. */
  draftKey?: string;
}

const KeptContext = createContext<KeptValues>({
  read: () => undefined,
  report: () => undefined,
  flush: async () => undefined,
  discard: async () => undefined,
});

/** For the hooks of `use-kept.ts`, and for whoever leaves the form. */
export const useKeptValues = (): KeptValues => useContext(KeptContext);

/**
 * Around a form: what `useKept` and `useKeptForm` hold in it outlives a lock, a crash and Back, as a draft of its author.
 * All fields are kept as they were seen, also those that the form itself filled in, from the first that a person changed.
 */
export function KeptForm({
  draftKey,
  patient,
  draft,
  children,
}: {
  draftKey: string;
  /** Absent: there is none yet. */
  patient?: string;
  /** What was left half written of it. */
  draft: unknown | undefined;
  children: ReactNode;
}) {
  const { problem, keep, flush, discard } = useDraftKeeper(draftKey, patient, draft);
  const fields = useRef<Record<string, KeptField>>({});
  const kept = useMemo<KeptValues>(
    () => ({
      read(name) {
        if (typeof draft !== 'object' || draft === null || !Object.hasOwn(draft, name)) return undefined;
        const value = (draft as Record<string, unknown>)[name];
        return { value: value === null ? undefined : value };
      },
      report(reported) {
        // What a field begins with is no change: a form that is only opened writes nothing, and deletes nothing.
        const changed = Object.entries(reported).filter(([name, { value }]) => {
          const before = fields.current[name];
          return before !== undefined && JSON.stringify(before.value) !== JSON.stringify(value);
        });
        Object.assign(fields.current, reported);
        if (changed.length === 0) return;
        const all = Object.entries(fields.current);
        keep(
          all.some(([, field]) => field.changed)
            ? Object.fromEntries(all.map(([name, { value }]) => [name, value]))
            : undefined,
        );
      },
      flush,
      discard,
      draftKey,
    }),
    [draft, keep, flush, discard, draftKey],
  );
  return (
    <KeptContext value={kept}>
      {problem && (
        <p role="alert" className="notice stop">
          The draft is not kept: {problem}
        </p>
      )}
      {children}
    </KeptContext>
  );
}
