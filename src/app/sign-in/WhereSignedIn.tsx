import { Button } from '@mantine/core';
import { z } from 'zod';
import { formatInstant } from '../../clinical/index.ts';
import { HOW_SIGNED_IN, OpenSessions } from '../../wire/sign-in.ts';
import { request } from '../api.ts';
import { usePoll } from '../use-poll.ts';

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** At which desks one is signed in, and the way to end the others. */
export function WhereSignedIn({ onFailed }: { onFailed: (error: unknown) => void }) {
  const open = usePoll('/api/session/all', OpenSessions, 60_000);
  const sessions = open.value?.sessions ?? [];
  const others = sessions.filter(({ here }) => !here).length;
  return (
    <>
      <h3>Where you are signed in</h3>
      <p>Fifteen minutes without a touch end a session, and ten hours in any case.</p>
      <ul className="plain stack" aria-label="Your sessions">
        {sessions.map((session) => (
          <li key={`${session.openedAt} ${session.usedAt} ${session.here}`}>
            {session.here ? <strong>This browser</strong> : 'Another browser'}, by{' '}
            {HOW_SIGNED_IN[session.how]}, since {formatInstant(session.openedAt, HERE)}, last used{' '}
            {formatInstant(session.usedAt, HERE)}
          </li>
        ))}
      </ul>
      {others > 0 && (
        <div>
          <Button
            variant="default"
            onClick={() =>
              void request('POST', '/api/session/others/end', z.object({}), {}).then(open.reload, onFailed)
            }
          >
            End the others ({others})
          </Button>
        </div>
      )}
    </>
  );
}
