import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type BoardRow, displayName, formatTime } from '../../clinical/index.ts';
import type { StoredDraft } from '../../vault/api.ts';
import { useLamp } from '../lamp.tsx';
import { draftKey, draftKind } from './forms/drafts.ts';
import type { ScreenProps } from './Shell.tsx';

/** What this person left half written on this ward, on the board: about its patients, and of who is no patient yet. */
export function UnfinishedOnWard({
  rows,
  session,
  timeZone,
  go,
}: ScreenProps & {
  rows: readonly BoardRow[];
}) {
  const { vault } = useLamp();
  const [drafts, setDrafts] = useState<StoredDraft[]>([]);
  useEffect(() => void vault.drafts().then(setDrafts), [vault]);
  const registration = draftKey('registration', session.ward.id);
  return drafts.map((draft) => {
    const unfinished = draftKind(draft.key);
    if (!unfinished) return null;
    const from = formatTime(draft.savedAt, timeZone);
    const says = `Continue unfinished ${unfinished.name}`;
    if (draft.key === registration)
      return (
        <p key={draft.key} className="notice row between">
          You have an unfinished registration, from {from}.
          <span className="row">
            <Button
              variant="default"
              aria-label="Discard unfinished registration"
              onClick={() =>
                void vault
                  .discardDraft(draft.key)
                  .then(() => setDrafts(drafts.filter((other) => other !== draft)))
              }
            >
              Discard
            </Button>
            <Button onClick={() => go({ at: 'register' })}>{says}</Button>
          </span>
        </p>
      );
    const row = rows.find(({ patient }) => patient === draft.patient);
    return (
      row && (
        <p key={draft.key} className="notice row between">
          You have an unfinished {unfinished.name} about {displayName(row.name)}
          {row.bed === undefined ? '' : `, bed ${row.bed}`}, from {from}.
          <Button onClick={() => go({ at: 'patient', patient: row.patient })}>{says}</Button>
        </p>
      )
    );
  });
}
