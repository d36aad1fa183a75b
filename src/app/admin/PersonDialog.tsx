import { Button, Checkbox, Modal, NativeSelect, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { ROLES, Role } from '../../clinical/index.ts';
import { NewPassphrase, NewPin, type StaffList } from '../../wire/site-setup.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { ReasonDialog } from '../ReasonDialog.tsx';

type Person = StaffList['staff'][number];

/** Another role or other wards, a new PIN in person, or off the list. */
export function PersonDialog({
  person,
  wards,
  onClose,
  onChanged,
}: {
  person: Person;
  wards: { id: string; name: string }[];
  onClose: () => void;
  onChanged: (message: string) => void;
}) {
  const [role, setRole] = useState<Role>(person.role);
  const [granted, setGranted] = useState<string[]>(person.wards);
  const [pin, setPin] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string>();
  const send = async (path: string, body: unknown, message: string): Promise<void> => {
    setProblem(undefined);
    await request('POST', `/api/admin/staff/${person.id}${path}`, z.object({}), body).then(
      () => onChanged(message),
      (error: unknown) => setProblem(inWords(error)),
    );
  };
  const pinProblem = pin === '' ? undefined : NewPin.safeParse(pin).error?.issues[0]?.message;
  const passphraseProblem =
    passphrase === '' ? undefined : NewPassphrase.safeParse(passphrase).error?.issues[0]?.message;
  const lost = person.wards.filter((ward) => !granted.includes(ward));
  if (leaving)
    return (
      <ReasonDialog
        title={`Take ${person.name} off the list`}
        confirm="Take off the list"
        problem={problem}
        onCancel={onClose}
        what={
          <p>
            {person.name} unlocks no tablet and signs in nowhere from now on. What they charted before stands,
            also where it has still to come; what is signed in their name later is held back until a person
            vouches for it. Their wards get new keys.
          </p>
        }
        onConfirm={(reason) => send('/revoke', { reason }, `${person.name} was taken off the list.`)}
      />
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={person.name}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="stack">
        <NativeSelect
          label="Role"
          value={role}
          data={Role.options.map((option) => ({
            value: option,
            label: `${ROLES[option].name}: ${ROLES[option].does}`,
          }))}
          onChange={(event) => setRole(Role.parse(event.currentTarget.value))}
        />
        <Checkbox.Group
          label="Wards whose records are open to this person"
          value={granted}
          onChange={setGranted}
        >
          <div className="row">
            {wards.map((ward) => (
              <Checkbox key={ward.id} value={ward.id} label={ward.name} />
            ))}
          </div>
        </Checkbox.Group>
        {lost.length > 0 && (
          <p className="notice">
            A ward that is taken away gets new keys. What {person.name} has seen already cannot be taken back.
          </p>
        )}
        <div>
          <Button
            disabled={role === person.role && [...granted].sort().join() === [...person.wards].sort().join()}
            onClick={() => void send('', { role, wards: granted }, `${person.name} was changed.`)}
          >
            Save role and wards
          </Button>
        </div>
        <PasswordInput
          label={`New PIN, typed by ${person.name}`}
          description="Only when the person is here. The old PIN opens nothing any more; drafts that were left unfinished are lost."
          inputMode="numeric"
          autoComplete="off"
          value={pin}
          error={pinProblem}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
        <PasswordInput
          label="With it a passphrase, if needed"
          description="For tablets that are not confirmed as hardware-encrypted: there the PIN opens nothing."
          autoComplete="off"
          value={passphrase}
          error={passphraseProblem}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        <div className="row between">
          <Button
            variant="default"
            disabled={pin === '' || pinProblem !== undefined || passphraseProblem !== undefined}
            onClick={() =>
              void send(
                '/pin',
                { pin, ...(passphrase === '' ? {} : { passphrase }) },
                `${person.name} has a new PIN.`,
              )
            }
          >
            Set new PIN
          </Button>
          <Button variant="default" onClick={() => setLeaving(true)}>
            Take off the list…
          </Button>
        </div>
        <Problem>{problem}</Problem>
      </div>
    </Modal>
  );
}
