import { Button, Input } from '@mantine/core';
import { useId, useState } from 'react';
import type { FieldValue, FormItem } from '../../forms/index.ts';
import { DrawingPad } from './DrawingPad.tsx';
import { Picture } from './Picture.tsx';
import type { Shrunk } from './shrink.ts';
import { usePictureSource } from './source.tsx';
import { TakePhoto } from './TakePhoto.tsx';

/** A question that is answered by a photo, a drawing or a signature. */
export function PictureField({
  item,
  label,
  problem,
  values,
  onChange,
}: {
  item: FormItem;
  label: string;
  problem: string | undefined;
  values: readonly FieldValue[];
  onChange: (values: FieldValue[]) => void;
}) {
  const id = useId();
  const source = usePictureSource();
  const [taking, setTaking] = useState<'photo' | 'drawing'>();
  const [failed, setFailed] = useState<string>();
  const filled = values.filter(({ picture }) => picture !== undefined);
  const more = filled.length === 0 || (item.repeats && filled.length < item.maxOccurs);

  const keep = async (taken: Shrunk, title: string): Promise<void> => {
    setTaking(undefined);
    setFailed(undefined);
    const kept = await source?.keep?.(taken).catch(() => undefined);
    if (kept?.ok) onChange([...filled, { text: '', picture: { ...kept.value, title } }]);
    else setFailed(kept?.error.message ?? 'The picture could not be kept on this tablet. Take it again.');
  };

  return (
    <fieldset className="tiles stack" aria-labelledby={id}>
      <Input.Label id={id} component="div" size="md">
        {label}
      </Input.Label>
      <div className="pictures">
        {filled.map(({ picture }, place) => (
          // Two photos that are alike are one picture, in two places.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div key={place} className="stack">
            {picture && <Picture picture={picture} label={item.text} />}
            {!item.readOnly && (
              <Button
                variant="default"
                aria-label={`Remove ${picture?.title ?? 'picture'} ${place + 1}: ${item.text}`}
                onClick={() => onChange(filled.filter((_, other) => other !== place))}
              >
                Remove
              </Button>
            )}
          </div>
        ))}
      </div>
      {more && !item.readOnly && source?.keep && (
        <div className="row">
          {!item.signature && (
            <Button variant="default" onClick={() => setTaking('photo')}>
              Take photo: {item.text}
            </Button>
          )}
          <Button variant="default" onClick={() => setTaking('drawing')}>
            {item.signature ? 'Sign' : 'Draw'}: {item.text}
          </Button>
        </div>
      )}
      {!source && (
        <p className="quiet">
          {item.signature ? 'Signed on the glass of a tablet.' : 'A photo or a drawing, made on a tablet.'}
        </p>
      )}
      {(failed ?? problem) && <Input.Error role="alert">{failed ?? problem}</Input.Error>}
      {taking === 'photo' && (
        <TakePhoto onPhoto={(photo) => void keep(photo, 'Photo')} onClose={() => setTaking(undefined)} />
      )}
      {taking === 'drawing' && (
        <DrawingPad
          title={label}
          signature={item.signature}
          onDrawn={(drawing, typed) => void keep(drawing, titleOf(item.signature, typed))}
          onClose={() => setTaking(undefined)}
        />
      )}
    </fieldset>
  );
}

const titleOf = (signature: boolean, typed: string): string =>
  !signature ? 'Drawing' : typed === '' ? 'Signature' : `Signature, typed: ${typed}`.slice(0, 200);
