import { zodResolver } from '@hookform/resolvers/zod';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { NewWard } from '../../wire/site-setup.ts';
import { inWords, request } from '../api.ts';
import { Problem } from '../Problem.tsx';

/** A ward gets its own identity: only people who are granted it read what is charted there. */
export function NewWardForm({ onOpened }: { onOpened: () => void }) {
  const [problem, setProblem] = useState<string>();
  const { register, handleSubmit, formState, reset } = useForm({
    resolver: zodResolver(NewWard),
    defaultValues: { name: '', ehrLocation: '' },
  });
  const submit = handleSubmit(async (values) => {
    setProblem(undefined);
    await request('POST', '/api/admin/wards', z.object({ ward: z.string() }), values).then(
      () => {
        reset();
        onOpened();
      },
      (error: unknown) => setProblem(inWords(error)),
    );
  });
  return (
    <form className="stack" onSubmit={submit} noValidate autoComplete="off" aria-label="Open a ward">
      <div className="row fields">
        <TextInput label="New ward" error={formState.errors.name?.message} {...register('name')} />
        <TextInput
          label="FHIR Location in the EHR"
          placeholder="its id; empty: no census"
          error={formState.errors.ehrLocation?.message}
          {...register('ehrLocation')}
        />
        <Button type="submit" variant="default" loading={formState.isSubmitting}>
          Open this ward
        </Button>
      </div>
      <Problem>{problem}</Problem>
    </form>
  );
}
