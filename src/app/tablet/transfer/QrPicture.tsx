import { create } from 'qrcode';
import { useEffect, useRef } from 'react';

/** Light margin around the code, in modules, as the standard asks. */
const QUIET_ZONE = 4;

/** A QR code, always dark on white whatever the theme: cameras read nothing else well. */
export function QrPicture({ text, label }: { text: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) draw(context, text);
  }, [text]);
  return <canvas ref={canvas} className="qr-picture" role="img" aria-label={label} />;
}

function draw(context: CanvasRenderingContext2D, text: string): void {
  const { modules } = create([{ data: text, mode: 'alphanumeric' }], { errorCorrectionLevel: 'L' });
  const side = modules.size + 2 * QUIET_ZONE;
  // Whole pixels for each module, drawn large and scaled down by the browser without blur at the edges.
  const scale = Math.max(2, Math.floor(900 / side));
  const { canvas } = context;
  if (canvas.width !== side * scale) {
    canvas.width = side * scale;
    canvas.height = side * scale;
  }
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000000';
  for (const [index, dark] of modules.data.entries()) {
    if (!dark) continue;
    const x = (index % modules.size) + QUIET_ZONE;
    const y = Math.floor(index / modules.size) + QUIET_ZONE;
    context.fillRect(x * scale, y * scale, scale, scale);
  }
}
