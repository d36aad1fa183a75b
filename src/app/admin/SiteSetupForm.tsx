import { zodResolver } from '@hookform/resolvers/zod';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { RecoverySheet as Sheet, SiteSetup } from '../../wire/site-setup.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';
import { RecoverySheet } from './RecoverySheet.tsx';

/** The first start at a hospital: who it is, and its first administrator. */
export function SiteSetupForm({ onOpened }: { onOpened: () => void }) {
  const { register, handleSubmit, formState, watch, setValue } = useForm({
    resolver: zodResolver(SiteSetup),
    defaultValues: {
      code: '',
      siteName: '',
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      administrator: '',
      pin: '',
      recoveryPrinted: false,
    },
  });
  const [sheet, setSheet] = useState<Sheet>();
  const [problem, setProblem] = useState<string>();
  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      // First the paper: once there is a hospital, it is too late for another recovery identity.
      if (!sheet) {
        const { code } = values;
        const shown = await request('POST', '/api/setup/recovery', Sheet, { code });
        setSheet(shown);
        if (shown.identity !== null) return;
      }
      await request('POST', '/api/setup', z.object({}), values);
      onOpened();
    } catch (error) {
      setProblem(inWords(error));
    }
  });
  const { errors } = formState;
  return (
    <main className="page stack" style={{ maxWidth: 620 }}>
      <h1>Set up Lamplight</h1>
      <p>
        There is no hospital on this server yet. Name it and its first administrator; wards, staff and tablets
        come next.
      </p>
      <form className="card stack" onSubmit={submit} noValidate autoComplete="off">
        <TextInput
          label="Setup code"
          description="The server printed it when it started"
          error={errors.code?.message}
          {...register('code')}
        />
        <TextInput label="Hospital" error={errors.siteName?.message} {...register('siteName')} />
        <TextInput
          label="Time zone"
          description="All times are shown in it, whatever a tablet is set to"
          error={errors.timeZone?.message}
          {...register('timeZone')}
        />
        <TextInput
          label="Administrator’s name"
          error={errors.administrator?.message}
          {...register('administrator')}
        />
        <PasswordInput
          label="Administrator’s PIN"
          description="6 to 12 digits"
          inputMode="numeric"
          autoComplete="off"
          error={errors.pin?.message}
          {...register('pin')}
        />
        <Problem>{problem}</Problem>
        {sheet && sheet.identity !== null && (
          <RecoverySheet
            identity={sheet.identity}
            recipient={sheet.recipient}
            printed={watch('recoveryPrinted') ?? false}
            onPrinted={(printed) => setValue('recoveryPrinted', printed)}
          />
        )}
        <Button type="submit" loading={formState.isSubmitting}>
          {sheet ? 'Open the hospital' : 'Set up'}
        </Button>
      </form>
    </main>
  );
}
