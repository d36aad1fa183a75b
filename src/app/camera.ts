export type Facing = 'environment' | 'user';

/** Shows the camera in `video` until `ended`. Nothing of it is written anywhere. */
export async function startCamera(
  video: HTMLVideoElement,
  facing: Facing,
  width: number,
  ended: AbortSignal,
): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: {
      facingMode: facing,
      width: { ideal: width },
      height: { ideal: (width * 3) / 4 },
      frameRate: { ideal: 30 },
    },
  });
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (ended.aborted) return stop();
  ended.addEventListener('abort', stop);
  video.srcObject = stream;
  await video.play();
}

/** Why there is no picture, and what to do. */
export function cameraProblem(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'This tablet may not use its camera. Allow it in the settings of the browser.';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'This tablet has no such camera.';
  return 'The camera does not start. Close other apps that use it and try again.';
}
