import { Button, Checkbox, SegmentedControl, Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ExportReceipt } from '../../../vault/transfer-api.ts';
import { useLamp } from '../../lamp.tsx';
import { Problem } from '../../Problem.tsx';
import { inList, plural } from './words.ts';

type What = 'all' | 'server' | 'ward';

/** Records as one sealed file. Also on the lock screen: then it holds the same entries, without readable text. */
export function SaveFile() {
  const { vault } = useLamp();
  const [what, setWhat] = useState<What>('all');
  // While the tablet is locked there is nobody who moved a patient just now.
  const [wards, setWards] = useState<{ id: string; name: string }[]>([]);
  const [ward, setWard] = useState<string | null>(null);
  useEffect(
    () =>
      void vault
        .otherWards()
        .then(setWards)
        .catch(() => setLocked(true)),
    [vault],
  );
  const [sealed, setSealed] = useState(false);
  /** Then what it writes is sealed anyway. */
  const [locked, setLocked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [made, setMade] = useState<{ receipt: ExportReceipt; url: string; toShare?: File }>();
  const [saved, setSaved] = useState(false);
  useEffect(() => () => URL.revokeObjectURL(made?.url ?? ''), [made]);

  async function make(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setSaved(false);
    const only = sealed && what !== 'ward' ? { sealed } : {};
    const since =
      what === 'server'
        ? { since: 'server' as const, ...only }
        : what === 'ward' && ward !== null
          ? { forWard: ward }
          : only;
    const result = await vault.exportFile(since).catch(() => undefined);
    // Share sheets take text files, so the same record is made once more as text where there is one.
    const text =
      result?.ok && canShareFiles() ? await vault.exportFile({ ...since, armoured: true }) : undefined;
    setBusy(false);
    if (!result?.ok)
      return setProblem(
        result?.error.message ?? 'The tablet did not answer. Nothing is lost; lock it and try again.',
      );
    setMade({
      receipt: result.value,
      url: URL.createObjectURL(result.value.file),
      ...(text?.ok ? { toShare: new File([text.value.file], text.value.name, { type: 'text/plain' }) } : {}),
    });
  }

  return (
    <section className="card stack" aria-label="Save to a file">
      <h3>Save to a file</h3>
      <SegmentedControl
        aria-label="What goes into the file"
        value={what}
        onChange={(value) => {
          setWhat(value as What);
          setMade(undefined);
        }}
        data={[
          { value: 'all', label: 'Everything here' },
          { value: 'server', label: 'What the server lacks' },
          ...(wards.length > 0 ? [{ value: 'ward', label: 'For another ward' }] : []),
        ]}
      />
      {what === 'ward' && (
        <Select
          label="Ward"
          description="Records of patients who were moved there. Only that ward, the server and the safe open the file."
          data={wards.map(({ id, name }) => ({ value: id, label: name }))}
          value={ward}
          onChange={(value) => {
            setWard(value);
            setMade(undefined);
          }}
        />
      )}
      {what !== 'ward' && !locked && (
        <Checkbox
          size="md"
          label="Only for tablets and the server"
          description="Its entries stay sealed in the file. Choose this after a tablet was revoked: tablets that have not heard of it open no other file."
          checked={sealed}
          onChange={(event) => {
            setSealed(event.currentTarget.checked);
            setMade(undefined);
          }}
        />
      )}
      {!made && (
        <Button
          size="lg"
          loading={busy}
          disabled={what === 'ward' && ward === null}
          onClick={() => void make()}
        >
          Make the file
        </Button>
      )}
      <Problem>{problem}</Problem>
      {made && (
        <>
          <p role="status">
            <strong>{plural(made.receipt.entries, 'entry', 'entries')}</strong>
            {made.receipt.tablets.length > 0 && ` of ${inList(made.receipt.tablets)}`}. The file opens only at
            this hospital: on an unlocked tablet of {what === 'ward' ? 'that' : 'this'} ward, on the server,
            and with the recovery identity from the safe.
            {!made.receipt.readable && ' Its entries stay sealed in the file; they can be opened later.'}
          </p>
          <div className="row">
            <Button
              component="a"
              href={made.url}
              download={made.receipt.name}
              size="lg"
              onClick={() => setSaved(true)}
            >
              Save the file
            </Button>
            {made.toShare && (
              <Button
                size="lg"
                variant="default"
                onClick={() =>
                  // Closing the share sheet is no fault.
                  void navigator.share({ files: [made.toShare!] }).then(
                    () => setSaved(true),
                    () => undefined,
                  )
                }
              >
                Share…
              </Button>
            )}
          </div>
          <p className="quiet">
            {saved
              ? 'Now read it on the other tablet under “Read a file”, or on the server under Administration. Until then these entries count as on this tablet only.'
              : made.receipt.name}
          </p>
        </>
      )}
    </section>
  );
}

function canShareFiles(): boolean {
  const sample = new File(['x'], 'x.txt', { type: 'text/plain' });
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [sample] });
}
