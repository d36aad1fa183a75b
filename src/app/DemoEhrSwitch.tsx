import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { DemoEhr } from '../wire/workbench.ts';
import { request } from './api.ts';

/** Demo only: the newcomer plays the outage. Shows nothing when the server is away. */
export function DemoEhrSwitch() {
  const [up, setUp] = useState<boolean>();
  useEffect(() => {
    request('GET', '/api/demo/ehr', DemoEhr).then(
      (state) => setUp(state.up),
      () => setUp(undefined),
    );
  }, []);
  if (up === undefined) return null;
  return (
    <section className="card row between">
      <span>{up ? '● The demo EHR is up.' : '■ The demo EHR is down.'}</span>
      <Button
        variant="default"
        onClick={() =>
          void request('POST', '/api/demo/ehr', DemoEhr, { up: !up }).then(
            (state) => setUp(state.up),
            () => setUp(undefined),
          )
        }
      >
        {up ? 'Take the EHR down' : 'Bring the EHR back'}
      </Button>
    </section>
  );
}
