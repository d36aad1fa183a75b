import { MOST_PICTURE_BYTES, PictureType } from '../../clinical/index.ts';

/** The longer side, in pixels: enough to see the edge of a wound, and some 150 to 200 KB. */
const LONGEST_SIDE = 1600;
const QUALITIES = [0.8, 0.65, 0.5];

export interface Shrunk {
  bytes: Uint8Array<ArrayBuffer>;
  contentType: PictureType;
}

/**
 * Draws a picture anew, smaller: what a camera writes into its file (where it was taken, by which device) stays behind.
 * As a data URL and not as a Blob, which the browser may put on the disk. `undefined`: it does not come small enough.
 */
export function shrink(source: CanvasImageSource, width: number, height: number): Shrunk | undefined {
  let side = Math.min(LONGEST_SIDE, Math.max(width, height));
  const canvas = document.createElement('canvas');
  for (; side >= 300; side = Math.round(side * 0.75)) {
    const scale = side / Math.max(width, height);
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d');
    if (!context) return undefined;
    // JPEG has no transparency: what is not drawn is paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const found = encoded(canvas, quality);
      if (found && found.bytes.length <= MOST_PICTURE_BYTES) return found;
    }
  }
  return undefined;
}

/** WebP where the browser writes it (Safari answers with PNG), else JPEG. */
function encoded(canvas: HTMLCanvasElement, quality: number): Shrunk | undefined {
  const webp = canvas.toDataURL('image/webp', quality);
  const url = webp.startsWith('data:image/webp') ? webp : canvas.toDataURL('image/jpeg', quality);
  const [head = '', base64 = ''] = url.split(',');
  const contentType = PictureType.safeParse(/^data:([^;]+)/.exec(head)?.[1]);
  return contentType.success
    ? {
        bytes: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
        contentType: contentType.data,
      }
    : undefined;
}

/** A file of the camera or the device. `undefined`: it is no picture that this browser reads, or it stays too large. */
export async function shrinkFile(file: Blob): Promise<Shrunk | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (!bitmap) return undefined;
  const shrunk = shrink(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return shrunk;
}
