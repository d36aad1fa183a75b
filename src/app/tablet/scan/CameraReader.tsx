import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cameraProblem, type Facing, startCamera } from '../../camera.ts';
import { type Codes, loadCodeReader } from './code-reader.ts';

/**
 * The camera's picture, and every code that it reads, beside what the screen says. `onText` is awaited: no second one
 * meanwhile.
 */
export function CameraReader({
  onText,
  codes = 'records',
  instead = 'Use a file.',
  children,
}: {
  onText: (text: string) => Promise<void>;
  codes?: Codes;
  /** What to do where there is no camera. */
  instead?: string;
  children: ReactNode;
}) {
  const video = useRef<HTMLVideoElement>(null);
  const handler = useRef(onText);
  const [facing, setFacing] = useState<Facing>('environment');
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    handler.current = onText;
  }, [onText]);
  useEffect(() => {
    const { current } = video;
    if (!current) return;
    const ended = new AbortController();
    watch(current, facing, codes, (text) => handler.current(text), ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) setProblem(`${cameraProblem(error)} ${instead}`);
    });
    return () => ended.abort();
  }, [facing, codes, instead]);
  return (
    <div className="show">
      {problem ? (
        <p role="alert" className="notice stop">
          {problem}
        </p>
      ) : (
        <video ref={video} className="camera" muted playsInline aria-label="What the camera sees" />
      )}
      <div className="stack">
        {children}
        {!problem && (
          <Button
            variant="default"
            onClick={() => setFacing(facing === 'environment' ? 'user' : 'environment')}
          >
            Use the other camera
          </Button>
        )}
      </div>
    </div>
  );
}

async function watch(
  video: HTMLVideoElement,
  facing: Facing,
  codes: Codes,
  onText: (text: string) => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  await startCamera(video, facing, 1280, ended);
  if (ended.aborted) return;
  const read = await loadCodeReader(codes);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let last = '';
  while (context && !ended.aborted) {
    await nextFrame(video);
    if (ended.aborted || video.videoWidth === 0) continue;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    const text = await read(context.getImageData(0, 0, canvas.width, canvas.height));
    // The same picture is seen several times while it stands.
    if (text === undefined || text === last || ended.aborted) continue;
    last = text;
    await onText(text);
  }
}

/** The camera's next picture, or a moment later where the browser does not tell. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 200);
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
