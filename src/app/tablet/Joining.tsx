import { useState } from 'react';
import type { TabletStatus } from '../../vault/api.ts';
import { EnrolScreen } from './EnrolScreen.tsx';
import { WaitToJoin } from './WaitToJoin.tsx';

/** A tablet on its way in: it asks, and then waits to be let in. */
export function Joining({ asked, onChange }: { asked: TabletStatus['joining']; onChange: () => void }) {
  const [refused, setRefused] = useState<string>();
  if (!asked)
    return (
      <EnrolScreen
        problem={refused}
        onAsked={() => {
          setRefused(undefined);
          onChange();
        }}
      />
    );
  return (
    <WaitToJoin
      asked={asked}
      onLetIn={onChange}
      onEnd={(why) => {
        setRefused(why);
        onChange();
      }}
    />
  );
}
