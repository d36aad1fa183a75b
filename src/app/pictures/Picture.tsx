import './pictures.css';
import { useEffect, useState } from 'react';
import { formLines, type PictureReference, type WardBody } from '../../clinical/index.ts';
import type { PictureHere } from '../../vault/api.ts';
import { usePictureSource } from './source.tsx';

/** A picture, read when it is shown. `paper`: at the size that a page keeps for it. */
export function Picture({
  picture,
  label,
  paper = false,
}: {
  picture: PictureReference;
  label: string;
  paper?: boolean;
}) {
  const source = usePictureSource();
  const [found, setFound] = useState<PictureHere>();
  const { sha256 } = picture;
  useEffect(() => {
    let shown = true;
    void source
      ?.read(sha256)
      .catch((): PictureHere => ({ here: false, parts: 0, of: undefined }))
      .then((here) => shown && setFound(here));
    return () => {
      shown = false;
    };
  }, [source, sha256]);
  const alt = `${picture.title ?? 'Picture'}: ${label}`;
  return (
    <figure className={paper ? 'picture on-paper' : 'picture'} data-drawn={found !== undefined}>
      {found?.here && <img src={dataUrl(found)} alt={alt} />}
      {found && !found.here && (
        <p className="notice">
          ▲ Picture not yet here{found.of === undefined ? '' : `: ${found.parts} of ${found.of} parts`}. It
          comes with the next exchange.
        </p>
      )}
      <figcaption>{alt}</figcaption>
    </figure>
  );
}

/** The pictures of a filled form, each under its question. */
export function FormPictures({ body }: { body: WardBody | null }) {
  const lines = body?.kind === 'form-answered' ? formLines(body.items) : [];
  const pictures = lines.flatMap(({ text, pictures: own }) =>
    (own ?? []).map((picture) => ({ text, picture })),
  );
  if (pictures.length === 0) return null;
  return (
    <div className="pictures">
      {pictures.map(({ text, picture }, place) => (
        // The same picture may answer two questions.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Picture key={`${place} ${picture.sha256}`} picture={picture} label={text} />
      ))}
    </div>
  );
}

/** Not as the URL of a Blob: a browser may put a Blob on its disk. */
function dataUrl({ contentType, bytes }: PictureHere & { here: true }): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:${contentType};base64,${btoa(binary)}`;
}
