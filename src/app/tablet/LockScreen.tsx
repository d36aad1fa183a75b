import { Button, Select, TextInput } from '@mantine/core';
import { useContext, useState } from 'react';
import { formatAgo, formatInstant } from '../../clinical/index.ts';
import type { ListedPerson, Session, TabletStatus } from '../../vault/api.ts';
import type { PasskeyAnswer } from '../../vault/passkeys-api.ts';
import { DemoEhrSwitch } from '../DemoEhrSwitch.tsx';
import { useLamp, useNow } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';
import { NewVersion } from './NewVersion.tsx';
import { askPasskey, canUsePasskeys } from './passkey.ts';
import { CREDENTIALS, CredentialContext, SecretInput } from './SecretInput.tsx';
import { StateStrip } from './StateStrip.tsx';
import { SaveFile } from './transfer/SaveFile.tsx';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Up to here, a name is found faster by eye. */
const MOST_WITHOUT_SEARCH = 12;

const STATES: Record<TabletStatus['state'], string> = {
  ready: '● Ready',
  'not-ready': '▲ Not ready',
  'not-enrolled': '○ Not enrolled',
  'set-aside': '■ Set aside',
  revoked: '■ Revoked',
};

/** Who are you? Opens no patient's data; uploads go on behind it. */
export function LockScreen({
  status,
  onUnlock,
}: {
  status: TabletStatus;
  onUnlock: (session: Session) => void;
}) {
  const [person, setPerson] = useState<ListedPerson>();
  const [chosen, setWard] = useState<string>();
  const [saving, setSaving] = useState(false);
  // The wards arrive with the directory, after this screen may have opened.
  const ward = chosen ?? status.wards[0]?.id ?? '';
  const [search, setSearch] = useState('');
  const found = status.staff.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  // Who unlocked it last is who unlocks it next: on a ward of three hundred names, these are the six to look at.
  const lately =
    search === '' && status.staff.length > MOST_WITHOUT_SEARCH
      ? status.recent.flatMap((id) => status.staff.find((staff) => staff.id === id) ?? [])
      : [];
  const choice = (staff: ListedPerson) => (
    <Button key={staff.id} size="lg" variant="default" onClick={() => setPerson(staff)}>
      {staff.name} · {staff.role}
    </Button>
  );
  const now = useNow();
  const pinOnly =
    'The PIN alone protects the files of this tablet: it is not confirmed as hardware-encrypted. Do not use it for real patients.';
  const warnings = [...status.reasons, ...(status.pinOnlyWarning ? [`Demo. ${pinOnly}`] : [])];
  return (
    <div className="shell">
      <header className="topbar">
        <span className="brand">Lamplight</span>
        <span>{status.deviceName}</span>
        <span>{status.wards.map((item) => item.name).join(', ')}</span>
        <span>{STATES[status.state]}</span>
        <span>
          {status.snapshotAsOf
            ? `EHR data as of ${formatInstant(status.snapshotAsOf, status.timeZone)} (${formatAgo(status.snapshotAsOf, now)})`
            : 'No EHR data yet'}
        </span>
      </header>
      {/* Of records that do not open nothing is known: no count is better than a zero. */}
      {status.state !== 'set-aside' && <StateStrip status={status} />}
      <main className="page stack">
        {status.state === 'set-aside' && (
          <section className="notice stop stack" role="alert">
            <h1>The records of this tablet were set aside</h1>
            <p>
              They could not be opened. Nothing was deleted: the bytes are kept on this tablet as they were.
              Chart on another tablet or on paper, and tell records staff. Do not clear this browser.
            </p>
          </section>
        )}
        {warnings.length > 0 && (
          <ul className="notice">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
        {status.state === 'revoked' && (
          <section className="notice stop stack" role="alert">
            <h1>This tablet was taken out of use</h1>
            <p>
              An administrator revoked it, so nobody unlocks it any more. Nothing was deleted: its records are
              kept and go on to the server, or as a file. Use another tablet, and give this one to the
              administrator.
            </p>
          </section>
        )}
        {status.state === 'set-aside' || status.state === 'revoked' ? null : person ? (
          <PinEntry person={person} ward={ward} onUnlock={onUnlock} onBack={() => setPerson(undefined)} />
        ) : (
          <section className="card stack">
            <h1>Who are you?</h1>
            {status.wards.length > 1 && (
              <Select
                label="Ward"
                data={status.wards.map((item) => ({ value: item.id, label: item.name }))}
                value={ward}
                onChange={(value) => setWard(value ?? undefined)}
                allowDeselect={false}
              />
            )}
            {status.staff.length > MOST_WITHOUT_SEARCH && (
              <TextInput
                label="Find your name"
                autoComplete="off"
                value={search}
                onChange={(event) => setSearch(event.currentTarget.value)}
              />
            )}
            {lately.length > 0 && (
              <>
                <h2>Here lately</h2>
                <div className="choices">{lately.map(choice)}</div>
                <h2>Everybody</h2>
              </>
            )}
            <div className="choices">{found.map(choice)}</div>
            {status.staff.length > 0 && found.length === 0 && (
              <p>Nobody by that name is listed on this tablet.</p>
            )}
            {status.staff.length === 0 && (
              <p>No staff yet. Connect this tablet to the server; the list comes by itself.</p>
            )}
          </section>
        )}
        {/* Whoever finds a tablet at the end of a long outage can carry its records away, sealed. */}
        {!person &&
          status.state !== 'set-aside' &&
          (saving ? (
            <SaveFile />
          ) : (
            <div>
              <Button variant="default" onClick={() => setSaving(true)}>
                Save records to a file
              </Button>
            </div>
          ))}
        <NewVersion />
        {status.demo && <DemoEhrSwitch />}
      </main>
    </div>
  );
}

function PinEntry({
  person,
  ward,
  onUnlock,
  onBack,
}: {
  person: ListedPerson;
  ward: string;
  onUnlock: (session: Session) => void;
  onBack: () => void;
}) {
  const { vault } = useLamp();
  const credential = useContext(CredentialContext);
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function unlock(shown: { pin: string } | { passkey: PasskeyAnswer } = { pin }): Promise<void> {
    setBusy(true);
    const result = await vault.unlock({ staff: person.id, ward, ...shown }).catch(() => ({
      ok: false as const,
      error: { message: 'The tablet did not answer. Reload the page and try again; nothing is lost.' },
    }));
    setBusy(false);
    setPin('');
    if (result.ok) onUnlock(result.value);
    else setProblem(result.error.message);
  }

  async function byKey(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    const passkey = await askPasskey(person.passkeys ?? []);
    setBusy(false);
    if (passkey) await unlock({ passkey });
    else setProblem('No key of yours answered. Try again, or type what you unlock with.');
  }

  return (
    <form
      className="card stack"
      style={{ maxWidth: 420, margin: '0 auto' }}
      onSubmit={(event) => {
        event.preventDefault();
        void unlock();
      }}
    >
      <h1>{person.name}</h1>
      <SecretInput
        data-autofocus
        autoFocus
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
      {credential === 'pin' ? (
        <div className="pinpad">
          {DIGITS.map((digit) => (
            <Button key={digit} variant="default" size="lg" onClick={() => setPin(pin + digit)}>
              {digit}
            </Button>
          ))}
          <Button variant="default" size="lg" onClick={() => setPin(pin.slice(0, -1))} aria-label="Delete">
            ⌫
          </Button>
          <Button variant="default" size="lg" onClick={() => setPin(`${pin}0`)}>
            0
          </Button>
          <Button
            type="submit"
            size="lg"
            loading={busy}
            disabled={pin.length < CREDENTIALS.pin.shortest}
            aria-label="Unlock"
          >
            ✓
          </Button>
        </div>
      ) : (
        <Button
          type="submit"
          size="lg"
          loading={busy}
          disabled={pin.length < CREDENTIALS.passphrase.shortest}
        >
          Unlock
        </Button>
      )}
      {person.passkeys && canUsePasskeys() && (
        <Button variant="default" size="lg" loading={busy} onClick={() => void byKey()}>
          Use your key
        </Button>
      )}
      <Problem>{problem}</Problem>
      <Button variant="subtle" onClick={onBack}>
        Somebody else
      </Button>
    </form>
  );
}
