import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type BoardRow, dayAndTime, displayName } from '../../clinical/index.ts';
import type { StoredDraft } from '../../vault/api.ts';
import { useLamp, useNow } from '../lamp.tsx';
import { draftInWords } from './forms/draft-in-words.ts';
import { draftKey, draftKind } from './forms/drafts.ts';
import type { ScreenProps } from './Shell.tsx';

/** More at once would push the ward off the screen; the rest is a tap away. */
const AT_FIRST = 3;

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
  const now = useNow();
  const [drafts, setDrafts] = useState<StoredDraft[]>([]);
  const [all, setAll] = useState(false);
  useEffect(() => void vault.drafts().then(setDrafts), [vault]);
  const registration = draftKey('registration', session.ward.id);
  const rowOf = (draft: StoredDraft): BoardRow | undefined =>
    rows.find(({ patient }) => patient === draft.patient);
  const here = drafts
    // About a patient who left the board it is shown too: nobody else can see it, and its author would look in vain.
    .filter((draft) => draft.key === registration || (draftKind(draft.key) && draft.patient !== undefined))
    .toSorted((a, b) => b.savedAt.localeCompare(a.savedAt));
  const shown = all ? here : here.slice(0, AT_FIRST);
  const discard = (draft: StoredDraft): void =>
    void vault
      .discardDraft(draft.key)
      .then(() => setDrafts((before) => before.filter((other) => other !== draft)));
  return (
    <>
      {shown.map((draft) => {
        const name = draftKind(draft.key)?.name;
        const row = rowOf(draft);
        const left = !row && draft.patient !== undefined;
        const from = dayAndTime(draft.savedAt, now, timeZone);
        return (
          <div key={draft.key} className="notice row between">
            <span>
              {row
                ? `You have an unfinished ${name} about ${displayName(row.name)}${row.bed === undefined ? '' : `, bed ${row.bed}`}, from ${from}.`
                : left
                  ? `You have an unfinished ${name} about a patient who is not on this board, from ${from}.`
                  : `You have an unfinished ${name}, from ${from}.`}
              {left && (
                <>
                  <br />
                  <span className="quiet">You wrote: {draftInWords(draft.content, timeZone)}</span>
                </>
              )}
            </span>
            <span className="row">
              {/* About a patient it is discarded on the patient's page, where it is seen what it is about. */}
              {!row && (
                <Button
                  variant="default"
                  aria-label={`Discard unfinished ${name}`}
                  onClick={() => discard(draft)}
                >
                  Discard
                </Button>
              )}
              <Button
                onClick={() =>
                  go(
                    draft.patient === undefined
                      ? { at: 'register' }
                      : { at: 'patient', patient: draft.patient },
                  )
                }
              >
                Continue unfinished {name}
              </Button>
            </span>
          </div>
        );
      })}
      {shown.length < here.length && (
        <Button variant="default" onClick={() => setAll(true)}>
          Show {here.length - shown.length} more that you left unfinished
        </Button>
      )}
    </>
  );
}
