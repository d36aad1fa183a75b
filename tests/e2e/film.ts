import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** A camera for tests: what one page shows becomes the film that another page's fake camera plays, over and over. */

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES_A_SECOND = 10;

export const cameraArgs = (film: string): string[] => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
];

/** The grey picture of a code, `HEIGHT` pixels square. */
export type Picture = Buffer;

/** Takes the pictures that a canvas shows, each once, until there are `count` or `forMs` have passed. */
export async function filmCanvas(
  page: Page,
  label: RegExp,
  count: number,
  forMs: number,
): Promise<Picture[]> {
  const canvas = page.getByRole('img', { name: label });
  await canvas.waitFor();
  const pictures = await canvas.evaluate(takePictures, { count, forMs, side: HEIGHT });
  return pictures.map((picture) => Buffer.from(picture, 'base64'));
}

async function takePictures(
  shown: Element,
  { count, forMs, side }: { count: number; forMs: number; side: number },
): Promise<string[]> {
  const small = document.createElement('canvas');
  small.width = side;
  small.height = side;
  const context = small.getContext('2d', { willReadFrequently: true })!;
  const found: string[] = [];
  let last = '';
  for (const from = Date.now(); found.length < count && Date.now() - from < forMs; ) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    context.drawImage(shown as HTMLCanvasElement, 0, 0, side, side);
    const { data } = context.getImageData(0, 0, side, side);
    let text = '';
    for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at]!);
    const picture = btoa(text);
    // Nothing drawn yet is black or clear everywhere.
    if (picture !== last && data[3] === 255) found.push(picture);
    last = picture;
  }
  return found;
}

/** Writes a film (YUV4MPEG2). A camera that is running plays the old one on; start it after this. */
export function writeFilm(path: string, pictures: readonly Picture[]): void {
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const left = (WIDTH - HEIGHT) / 2;
  const frames = pictures.map((picture) => {
    const luma = Buffer.alloc(WIDTH * HEIGHT, 90);
    for (let row = 0; row < HEIGHT; row++)
      picture.copy(luma, row * WIDTH + left, row * HEIGHT, (row + 1) * HEIGHT);
    return Buffer.concat([Buffer.from('FRAME\n'), luma, chroma]);
  });
  const header = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n`;
  writeFileSync(path, Buffer.concat([Buffer.from(header), ...frames]));
}

/** A film of nothing, for a camera that has nothing to see yet. */
export const nothing = (): Picture[] => [Buffer.alloc(HEIGHT * HEIGHT, 200)];

/** Loses a share of the pictures, shows some twice, and mixes all; the same for the same seed. */
export function spoil(pictures: readonly Picture[], loss: number, seed: number): Picture[] {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return pictures
    .filter(() => random() >= loss)
    .flatMap((picture) => (random() < 0.05 ? [picture, picture] : [picture]))
    .map((picture) => ({ picture, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ picture }) => picture);
}
