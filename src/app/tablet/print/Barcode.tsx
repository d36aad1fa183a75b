import { useEffect, useState } from 'react';
import { type BarcodeKind, barcodePicture } from './barcode.ts';

/** Its text stands beside it, so that a person can read what a scanner cannot. */
export function Barcode({ kind, text, height }: { kind: BarcodeKind; text: string; height: string }) {
  const [picture, setPicture] = useState<string>();
  useEffect(() => {
    let shown = true;
    void barcodePicture(kind, text).then((drawn) => shown && setPicture(drawn));
    return () => {
      shown = false;
    };
  }, [kind, text]);
  return (
    <span className="paper-barcode" style={{ height }}>
      {picture && <img src={picture} alt={`Barcode ${text}`} style={{ height, maxWidth: '100%' }} />}
    </span>
  );
}
