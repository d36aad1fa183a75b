import { zodResolver } from '@hookform/resolvers/zod';
import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { PublicInfo } from '../../wire/workbench.ts';
import { request } from '../api.ts';
import { useLamp } from '../lamp.tsx';

const Form = z.object({
  code: z.string().trim().min(4, 'Type the code that the administrator shows'),
  deviceName: z.string().trim().min(1, 'Give this tablet a name, for example "4 West tablet 2"'),
});

/** The code from a scanned address, taken out of the address bar at once. */
function codeFromAddress(): string {
  const code = /^#enrol=(.+)$/.exec(location.hash)?.[1] ?? '';
  if (code !== '') history.replaceState(null, '', '/');
  return code;
}

/** A tablet that belongs nowhere yet. */
export function EnrolScreen({ onEnrolled }: { onEnrolled: () => void }) {
  const { vault } = useLamp();
  const [initial] = useState(codeFromAddress);
  const [problem, setProblem] = useState<string>();
  const [site, setSite] = useState<PublicInfo>();
  const form = useForm({ resolver: zodResolver(Form), defaultValues: { code: initial, deviceName: '' } });
  useEffect(() => {
    // Without a network there is nothing to show here, and enrolling says so itself.
    request('GET', '/api/public', PublicInfo).then(setSite, () => undefined);
  }, []);

  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    const result = await vault.enrol(values);
    if (result.ok) onEnrolled();
    else setProblem(result.error.message);
  });

  return (
    <main className="page stack" style={{ maxWidth: 720 }}>
      <h1>Lamplight</h1>
      <p>This tablet is not enrolled yet. An administrator makes a code for it under Administration.</p>
      <form className="card stack" onSubmit={submit} noValidate>
        <TextInput
          label="Enrolment code"
          error={form.formState.errors.code?.message}
          {...form.register('code')}
        />
        <TextInput
          label="Tablet name"
          description="Shown to others beside what is charted here"
          error={form.formState.errors.deviceName?.message}
          {...form.register('deviceName')}
        />
        {problem && (
          <p role="alert" className="notice stop">
            {problem}
          </p>
        )}
        <div className="row between">
          <span className="row">
            <a href="/admin">Administration</a>
            <a href="/workbench">Records workbench</a>
          </span>
          <Button type="submit" loading={form.formState.isSubmitting}>
            Enrol this tablet
          </Button>
        </div>
      </form>
      {site?.demo && <DemoStaff site={site} />}
    </main>
  );
}

/** Demo only: nobody's record is behind these PINs. */
function DemoStaff({ site }: { site: PublicInfo }) {
  return (
    <section className="card">
      <h2>Demo staff</h2>
      <table className="facts">
        <thead>
          <tr>
            <th>Name</th>
            <th>Role</th>
            <th>PIN</th>
          </tr>
        </thead>
        <tbody>
          {site.demoStaff.map((person) => (
            <tr key={person.name}>
              <td>{person.name}</td>
              <td>{person.role}</td>
              <td>{person.pin}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
