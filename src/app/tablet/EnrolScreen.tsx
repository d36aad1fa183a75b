import { zodResolver } from '@hookform/resolvers/zod';
import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { PublicInfo, readWitness, TabletWitness } from '../../wire/workbench.ts';
import { request } from '../api.ts';
import { useLamp } from '../lamp.tsx';
import { Problem } from '../Problem.tsx';

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

/** A tablet that belongs nowhere yet: it asks to join. `problem`: why it may have to ask again. */
export function EnrolScreen({
  problem: before,
  onAsked,
}: {
  problem: string | undefined;
  onAsked: () => void;
}) {
  const { vault } = useLamp();
  const [initial] = useState(codeFromAddress);
  const [problem, setProblem] = useState(before);
  const [site, setSite] = useState<PublicInfo>();
  const form = useForm({ resolver: zodResolver(Form), defaultValues: { code: initial, deviceName: '' } });
  useEffect(() => {
    // Without a network there is nothing to show here, and enrolling says so itself.
    request('GET', '/api/public', PublicInfo).then(setSite, () => undefined);
  }, []);

  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    const result = await vault.askToJoin(values);
    if (result.ok) onAsked();
    else setProblem(result.error.message);
  });

  return (
    <main className="page stack" style={{ maxWidth: 720 }}>
      <h1>Lamplight</h1>
      <Cleared />
      <p>
        This tablet is not enrolled yet. An administrator makes a code for it under Administration, and then
        lets it in.
      </p>
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
        <Problem>{problem}</Problem>
        <div className="row between">
          <span className="row">
            <a className="link" href="/admin">
              Administration
            </a>
            <a className="link" href="/workbench">
              Records workbench
            </a>
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

/**
 * The browser has cleared what this tablet kept. Said loudly, never shown as an empty ward: what the server holds comes
 * back with enrolment, and what it does not hold is on other tablets, or on paper.
 */
function Cleared() {
  const [witness] = useState(() => readWitness(document.cookie));
  const [held, setHeld] = useState<TabletWitness>();
  useEffect(() => {
    if (witness)
      request('GET', `/api/tablets/${witness.device}`, TabletWitness).then(setHeld, () => undefined);
  }, [witness]);
  if (!witness) return null;
  const missing = held && Math.max(0, witness.entries - held.entries);
  return (
    <div role="alert" className="notice stop">
      <h2>This tablet’s storage was cleared by the browser</h2>
      <p>
        It was {held ? `“${held.name}”` : 'a Lamplight tablet'} and had {witness.entries} entries of its own
        when it last reached the server.{' '}
        {held === undefined
          ? 'The server does not answer now, so what it holds is not known yet.'
          : missing === 0
            ? 'The server holds all of them. What was charted after that is lost here.'
            : `The server holds ${held.entries}. ${missing} are missing: look for them on the other tablets of the ward.`}
      </p>
      <p>Tell records staff. Enrol it anew with a code, and it takes back what others hold.</p>
    </div>
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
