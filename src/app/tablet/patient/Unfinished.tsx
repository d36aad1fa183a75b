import { Button } from '@mantine/core';
import type { StoredDraft } from '../../../vault/api.ts';
import { draftKind } from '../forms/drafts.ts';

/** What its author left half written about this patient: hers alone, until she finishes or discards it. */
export function Unfinished({
  draft,
  onContinue,
  onDiscard,
}: {
  draft: StoredDraft;
  onContinue: () => void;
  onDiscard: () => void;
}) {
  const unfinished = draftKind(draft.key);
  if (!unfinished) return null;
  return (
    <p className="notice row between">
      You have an unfinished {unfinished.name} about this patient.
      <span className="row">
        <Button variant="default" onClick={onDiscard} aria-label={`Discard unfinished ${unfinished.name}`}>
          Discard
        </Button>
        <Button onClick={onContinue}>Continue unfinished {unfinished.name}</Button>
      </span>
    </p>
  );
}
