import { newDeviceIdentity, newSigningKey } from '../seal/index.ts';
import { EnrolAnswer, type EnrolRequest } from '../wire/enrolment.ts';
import { Refusal } from '../wire/workbench.ts';
import type { Result } from './api.ts';
import type { Tablet, VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';

/** Makes the tablet's keys (they never leave it), trades the one-time code for a place in the directory, keeps both. */
export async function enrolTablet(
  db: VaultDatabase,
  request: { code: string; deviceName: string },
): Promise<Result<Tablet, 'offline' | 'refused' | 'storage'>> {
  const signing = await newSigningKey(false);
  const exchange = await newDeviceIdentity();
  const body: EnrolRequest = {
    code: request.code,
    deviceName: request.deviceName,
    signingKey: signing.publicKey,
    recipient: exchange.recipient,
  };
  let response: Response;
  try {
    response = await fetch('/api/enrol', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    return failed(
      'offline',
      'The server does not answer. Enrolling needs the network: connect the tablet and try again.',
    );
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refusal = Refusal.safeParse(answer);
    return failed(
      'refused',
      refusal.success
        ? refusal.data.error.message
        : 'The server refused this code. Ask the administrator for a new one.',
    );
  }
  const parsed = EnrolAnswer.safeParse(answer);
  if (!parsed.success)
    return failed('refused', 'The answer is not that of a Lamplight server. Check the address of this page.');
  const tablet: Tablet = {
    device: parsed.data.device,
    name: request.deviceName,
    site: parsed.data.site,
    siteKey: parsed.data.siteKey,
    signingKey: signing.privateKey,
    identity: exchange.identity,
  };
  try {
    await db.write('tablet', tablet);
  } catch (error) {
    return failed('storage', storageFailure(error).message);
  }
  return { ok: true, value: tablet };
}

const failed = (kind: 'offline' | 'refused' | 'storage', message: string) => ({
  ok: false as const,
  error: { kind, message },
});
