import { useEffect, useState } from 'react';
import { QrPicture } from './QrPicture.tsx';

/** Ten pictures a second: what a tablet's camera reads while a hand holds it. */
export const PICTURES_A_SECOND = 10;

/** Shows texts as QR codes, one after another; a single one stands still. */
export function QrSlides({ texts, label }: { texts: readonly string[]; label: string }) {
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (texts.length < 2) return;
    const timer = setInterval(() => setAt((shown) => shown + 1), 1000 / PICTURES_A_SECOND);
    return () => clearInterval(timer);
  }, [texts]);
  const text = texts[at % Math.max(1, texts.length)];
  return text === undefined ? null : <QrPicture text={text} label={label} />;
}
