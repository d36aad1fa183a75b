import { Button } from '@mantine/core';
import { useNewVersion } from '../use-new-version.ts';

/**
 * A new version waits until a person takes it, here where nobody is charting. It never comes by itself: in an outage
 * the ward goes on with the version that it knows (FAILURES 7).
 */
export function NewVersion() {
  const take = useNewVersion();
  if (!take) return null;
  return (
    <p className="notice row between">
      A new version of Lamplight is on this tablet. It is used when you say so; records and drafts stay.
      <Button variant="default" onClick={take}>
        Use the new version
      </Button>
    </p>
  );
}
