import { zodResolver } from '@hookform/resolvers/zod';
import { Button, Checkbox, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { z } from 'zod';
import { formatAgo, ROLES, Role } from '../../clinical/index.ts';
import { NewStaff, StaffList } from '../../wire/site-setup.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';
import { PersonDialog } from './PersonDialog.tsx';

/** Who works here. Each types the PIN in person; it opens the tablets of the wards that are ticked. */
export function StaffCard({ wards }: { wards: { id: string; name: string }[] }) {
  const list = usePoll('/api/admin/staff', StaffList, 30_000);
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const [chosen, setChosen] = useState<StaffList['staff'][number]>();
  const { register, control, handleSubmit, formState, reset } = useForm({
    resolver: zodResolver(NewStaff),
    defaultValues: {
      name: '',
      role: 'nurse' as const,
      wards: [] as string[],
      pin: '',
      passphrase: undefined,
    },
  });
  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    await request('POST', '/api/admin/staff', z.object({ staff: z.string() }), values).then(
      () => {
        setDone(`${values.name} was added.`);
        reset({ ...values, name: '', pin: '', passphrase: undefined });
        list.reload();
      },
      (error: unknown) => setProblem(inWords(error)),
    );
  });
  const nameOf = (ward: string): string => wards.find((item) => item.id === ward)?.name ?? ward;
  return (
    <section className="card stack">
      <h2>Staff</h2>
      <Sideways label="Staff list, scrolls sideways">
        <table className="facts">
          <thead>
            <tr>
              <th>Name</th>
              <th>Role</th>
              <th>Wards</th>
              <th>State</th>
              <th>Actions</th>
            </tr>
          </thead>
          <tbody>
            {list.value?.staff.map((person) => (
              <tr key={person.id}>
                <td>{person.name}</td>
                <td>{person.role}</td>
                <td>{person.wards.map(nameOf).join(', ') || 'none'}</td>
                <td className={person.left || person.newPinDue || person.emergency ? 'alarm' : ''}>
                  {person.left
                    ? `■ Left ${formatAgo(person.left.at, new Date().toISOString())}: ${person.left.reason}`
                    : person.emergency
                      ? `▲ Emergency access since ${formatAgo(person.emergency.at, new Date().toISOString())}: ${person.emergency.reason} (${person.emergency.vouchedBy} vouched). Review: put on the list, or take off.`
                      : person.newPinDue
                        ? '▲ Needs a new PIN: a tablet of this ward was lost'
                        : 'works here'}
                </td>
                <td>
                  {!person.left && (
                    <Button
                      variant="default"
                      aria-label={`Change ${person.name}`}
                      onClick={() => setChosen(person)}
                    >
                      Change
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      {chosen && (
        <PersonDialog
          person={chosen}
          wards={wards}
          onClose={() => setChosen(undefined)}
          onChanged={(message) => {
            setChosen(undefined);
            setDone(message);
            list.reload();
          }}
        />
      )}
      <form className="stack" onSubmit={submit} noValidate autoComplete="off" aria-label="Add a person">
        <div className="row fields">
          <TextInput label="Name" error={formState.errors.name?.message} {...register('name')} />
          <NativeSelect
            label="Role"
            data={Role.options.map((role) => ({
              value: role,
              label: `${ROLES[role].name}: ${ROLES[role].does}`,
            }))}
            {...register('role')}
          />
          <PasswordInput
            label="PIN, typed by the person"
            inputMode="numeric"
            autoComplete="off"
            w={280}
            error={formState.errors.pin?.message}
            {...register('pin')}
          />
          <PasswordInput
            label="Passphrase, if needed"
            description="For tablets that are not hardware-encrypted"
            autoComplete="off"
            w={320}
            error={formState.errors.passphrase?.message}
            {...register('passphrase', { setValueAs: (words: string | undefined) => words || undefined })}
          />
        </div>
        <Controller
          control={control}
          name="wards"
          render={({ field }) => (
            <Checkbox.Group
              label="Wards whose records are open to this person"
              value={field.value}
              onChange={field.onChange}
            >
              <div className="row">
                {wards.map((ward) => (
                  <Checkbox key={ward.id} value={ward.id} label={ward.name} />
                ))}
              </div>
            </Checkbox.Group>
          )}
        />
        <Problem>{problem}</Problem>
        {done && !problem && <p role="status">{done} Tablets hear of it with their next exchange.</p>}
        <div>
          <Button type="submit" loading={formState.isSubmitting}>
            Add to the staff list
          </Button>
        </div>
      </form>
    </section>
  );
}
