import { zodResolver } from '@hookform/resolvers/zod';
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { formatAgo } from '../../clinical/index.ts';
import { HubCode, HubCodeRequest, HubList } from '../../wire/hubs.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';
import { RevokeCell } from './RevokeCell.tsx';
import { RevokeDialog } from './RevokeDialog.tsx';

/** Laptops that carry for the tablets of a ward when the server is out of reach. They are announced here, before that. */
export function HubCard({ wards }: { wards: { id: string; name: string }[] }) {
  const list = usePoll('/api/admin/hubs', HubList, 10_000);
  const [problem, setProblem] = useState<string>();
  const [code, setCode] = useState<HubCode>();
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const { register, control, handleSubmit, formState, reset } = useForm({
    resolver: zodResolver(HubCodeRequest),
    defaultValues: { name: '', address: '', wards: [] as string[] },
  });
  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    await request('POST', '/api/admin/hub-codes', HubCode, values).then(
      (made) => {
        setCode(made);
        reset();
      },
      (error: unknown) => setProblem(inWords(error)),
    );
  });
  const now = new Date().toISOString();
  return (
    <section className="card stack" aria-label="Ward hubs">
      <h2>Ward hubs</h2>
      <p>
        A hub is a laptop on the ward. When the server is out of reach, the tablets of its wards exchange
        through it over the ward's own Wi-Fi; it passes everything on when the network is back, and can read
        nothing.
      </p>
      {(list.value?.hubs.length ?? 0) > 0 && (
        <Sideways label="Ward hubs, scrolls sideways">
          <table className="facts">
            <thead>
              <tr>
                <th>Hub</th>
                <th>Wards</th>
                <th>Tablets reach it at</th>
                <th>Last seen</th>
                <th>Access</th>
              </tr>
            </thead>
            <tbody>
              {list.value?.hubs.map((hub) => (
                <tr key={hub.id}>
                  <td>{hub.name}</td>
                  <td>{hub.wards}</td>
                  <td>{hub.address}</td>
                  <td>{hub.lastSeenAt ? formatAgo(hub.lastSeenAt, now) : 'never'}</td>
                  <td>
                    <RevokeCell device={hub} onRevoke={() => setRevoking(hub)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
      {revoking && (
        <RevokeDialog
          device={revoking}
          onCancel={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            list.reload();
          }}
        >
          <p>
            Tablets leave this hub as soon as they hear of it, and it gets nothing more from the server. What
            it still holds it may hand over: every tablet's entry is taken, whoever carries it. It had no key,
            so no record can be read with it.
          </p>
        </RevokeDialog>
      )}
      <form
        className="stack"
        onSubmit={submit}
        noValidate
        autoComplete="off"
        aria-label="Announce a ward hub"
      >
        <div className="row fields">
          <TextInput
            label="Name of the hub"
            placeholder="4 West hub"
            error={formState.errors.name?.message}
            {...register('name')}
          />
          <TextInput
            label="Address that tablets use"
            placeholder="https://hub-4-west.internal:8443"
            inputMode="url"
            w={340}
            error={formState.errors.address?.message}
            {...register('address')}
          />
        </div>
        <Controller
          control={control}
          name="wards"
          render={({ field }) => (
            <Checkbox.Group
              label="Wards that it serves"
              value={field.value}
              onChange={field.onChange}
              error={formState.errors.wards?.message}
            >
              <div className="row">
                {wards.map((ward) => (
                  <Checkbox key={ward.id} value={ward.id} label={ward.name} />
                ))}
              </div>
            </Checkbox.Group>
          )}
        />
        <div>
          <Button type="submit" variant="default" loading={formState.isSubmitting}>
            Make a hub code
          </Button>
        </div>
        <Problem>{problem}</Problem>
      </form>
      {code && (
        <div className="notice stack" role="status">
          <span>On the laptop, within the hour, with its certificate in place:</span>
          <code data-testid="hub-command">{code.command}</code>
        </div>
      )}
      <details>
        <summary>How tablets come to trust a hub</summary>
        <ol>
          <li>
            On a machine that you keep: <code>npm run lamplight -- certificate DIR hub-4-west.internal</code>.
            It makes an authority, once, and the hub's certificate. The authority can vouch for hub names
            alone.
          </li>
          <li>
            Put <code>lamplight-authority.crt</code> on every tablet: by device management as a trusted root
            certificate; by hand on iPadOS under Settings, Profile Downloaded, and then General, About,
            Certificate Trust Settings; on Android under Security, Install a certificate, CA certificate; on
            Windows in Trusted Root Certification Authorities.
          </li>
          <li>
            Put the hub's two files into its data folder as <code>hub.crt</code> and <code>hub.key</code>.
          </li>
          <li>
            Let the ward's Wi-Fi find the name: an entry in its router, or a <code>.local</code> name that the
            laptop announces by itself.
          </li>
          <li>
            Open the hub's address in each tablet's browser: without a warning it is trusted. Where the
            browser asks whether Lamplight may reach devices on the local network, allow it.
          </li>
        </ol>
      </details>
    </section>
  );
}
