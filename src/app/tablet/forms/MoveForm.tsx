import { Button, Select, TextInput } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { z } from 'zod';
import { type Chart, formatTime } from '../../../clinical/index.ts';
import { useLamp } from '../../lamp.tsx';
import { FormFrame } from './FormFrame.tsx';
import { useKeptForm } from './use-kept.ts';
import { UNANSWERED } from './use-save.ts';

const MoveFields = z.object({
  ward: z.string().min(1, 'Choose the ward'),
  bed: z.string().trim().min(1, 'Which bed there?').max(40, 'At most 40 characters'),
});

/** The patient goes to another ward, and the record with them. */
export function MoveForm({
  chart,
  timeZone,
  onDone,
  onCancel,
}: {
  chart: Chart;
  timeZone: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const { vault } = useLamp();
  const [wards, setWards] = useState<{ id: string; name: string }[]>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const running = useRef(false);
  const [unread, setUnread] = useState(false);
  const readWards = useCallback((): void => {
    setUnread(false);
    vault.otherWards().then(setWards, () => setUnread(true));
  }, [vault]);
  useEffect(readWards, [readWards]);
  const { register, watch, setValue, handleSubmit, formState } = useKeptForm(MoveFields, {
    ward: '',
    bed: '',
  });
  const fields = watch();
  const submit = handleSubmit(async ({ ward, bed }) => {
    // A second tap before "saving" is drawn must not move the patient twice.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    const result = await vault.move({ patient: chart.identity.id, ward, bed }).catch(() => UNANSWERED);
    running.current = false;
    setBusy(false);
    if (!result.ok) return setProblem(result.error.message);
    const name = wards?.find(({ id }) => id === ward)?.name ?? ward;
    onDone(
      `Moved to ${name}, bed ${bed}. Saved on this tablet ${formatTime(result.value.savedAt, timeZone)}`,
    );
  });
  return (
    <FormFrame
      title="Move to another ward"
      submit="Move the patient"
      busy={busy}
      problem={problem}
      disabled={fields.ward === '' || fields.bed.trim() === ''}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <p>
        The record goes along: by the server or the ward hub by itself, and else under “Pass records on”, by
        camera or as a file for that ward. What turns up here later follows.
      </p>
      {unread && (
        <p className="notice stop row between" role="alert">
          The wards could not be read from this tablet’s storage. Nothing was changed. Try again; if this
          comes back, lock the tablet and unlock it.
          <Button variant="default" onClick={readWards}>
            Try again
          </Button>
        </p>
      )}
      {wards?.length === 0 && (
        <p className="notice stop" role="alert">
          This tablet knows no other ward of this hospital. Connect it to the server once.
        </p>
      )}
      <Select
        label="Ward"
        data={(wards ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={fields.ward === '' ? null : fields.ward}
        onChange={(value) => setValue('ward', value ?? '')}
        error={formState.errors.ward?.message}
      />
      <TextInput label="Bed there" error={formState.errors.bed?.message} {...register('bed')} />
    </FormFrame>
  );
}
