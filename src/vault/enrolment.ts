import type { z } from 'zod';
import { newDeviceIdentity, newSigningKey } from '../seal/index.ts';
import { checkCode } from '../site/index.ts';
import { EnrolAnswer, EnrolProgress, type EnrolRequest } from '../wire/enrolment.ts';
import { Refusal } from '../wire/workbench.ts';
import type { Result } from './api.ts';
import type { VaultDatabase } from './database.ts';
import { storageFailure } from './failures.ts';

type NotJoined = 'offline' | 'refused' | 'storage';

/**
 * Makes the tablet's keys (they never leave it) and asks to join with the one-time code. Until an administrator lets it in
 * the tablet has no place in the directory; what it asked is kept, so that a page that is closed goes on waiting.
 */
export async function askToJoin(
  db: VaultDatabase,
  asked: { code: string; deviceName: string },
): Promise<Result<void, NotJoined>> {
  const signing = await newSigningKey(false);
  const exchange = await newDeviceIdentity();
  const keys = { signingKey: signing.publicKey, recipient: exchange.recipient };
  const body: EnrolRequest = { ...asked, ...keys };
  const answer = await ask('/api/enrol', body, EnrolAnswer);
  if (!answer.ok) return answer;
  const { device, site, siteKey } = answer.value;
  try {
    await db.write('joining', {
      device,
      site,
      siteKey,
      name: asked.deviceName,
      signingKey: signing.privateKey,
      identity: exchange.identity,
      checkCode: await checkCode({ site, siteKey, ...keys }),
    });
  } catch (error) {
    return failed('storage', storageFailure(error).message);
  }
  return { ok: true, value: undefined };
}

/** Asks whether an administrator has decided. Let in: the tablet takes its place. Refused: what it asked is forgotten. */
export async function joinOnceLetIn(db: VaultDatabase): Promise<Result<'waiting' | 'enrolled', NotJoined>> {
  const joining = await db.read('joining');
  if (!joining) {
    // Another tab may have been told first.
    if (await db.read('tablet')) return { ok: true, value: 'enrolled' };
    return failed('refused', 'What was asked was given up. Ask with a new code.');
  }
  const answer = await ask('/api/enrol/progress', { device: joining.device }, EnrolProgress);
  if (!answer.ok) {
    if (answer.error.kind === 'refused') await db.forget('joining');
    return answer;
  }
  switch (answer.value.state) {
    case 'waiting':
      return { ok: true, value: 'waiting' };
    case 'refused':
      await db.forget('joining');
      return failed(
        'refused',
        'An administrator did not let this tablet in. If that was a mistake, ask for a new code.',
      );
    case 'enrolled': {
      const { checkCode: _, ...tablet } = joining;
      try {
        await db.transaction('rw', db.meta, async () => {
          await db.write('tablet', tablet);
          await db.forget('joining');
        });
      } catch (error) {
        return failed('storage', storageFailure(error).message);
      }
      return { ok: true, value: 'enrolled' };
    }
  }
}

/** Asks the server; `refused` only where it said so itself, never because it could not answer. */
async function ask<S extends z.ZodType>(
  path: string,
  body: unknown,
  schema: S,
): Promise<Result<z.infer<S>, 'offline' | 'refused'>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    return failed(
      'offline',
      'The server does not answer. Joining needs the network: connect the tablet and try again.',
    );
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.status >= 500 || response.status === 429)
    return failed('offline', 'The server cannot answer now. Try again in a moment.');
  if (!response.ok) {
    const refusal = Refusal.safeParse(answer);
    return failed(
      'refused',
      refusal.success
        ? refusal.data.error.message
        : 'The server refused this. Ask the administrator for a new code.',
    );
  }
  const parsed = schema.safeParse(answer);
  if (!parsed.success)
    return failed('offline', 'The answer is not that of a Lamplight server. Check the address of this page.');
  return { ok: true, value: parsed.data };
}

const failed = <K extends string>(
  kind: K,
  message: string,
): { ok: false; error: { kind: K; message: string } } => ({
  ok: false,
  error: { kind, message },
});
