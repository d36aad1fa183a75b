import { Button, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { cameraProblem, type Facing, startCamera } from '../camera.ts';
import { Problem } from '../Problem.tsx';
import { type Shrunk, shrink, shrinkFile } from './shrink.ts';
import { usePictureSubject } from './source.tsx';

const NOT_READABLE = 'This is no picture that this tablet can read. Take another one.';

/**
 * The camera within the page: a photo goes from the lens into the vault, and never into the gallery of the device. Where
 * the camera does not start, the camera's own app hands one over.
 */
export function TakePhoto(props: { onPhoto: (photo: Shrunk) => void; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={props.onClose}
      title="Take photo"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Viewfinder {...props} />
    </Modal>
  );
}

function Viewfinder({ onPhoto, onClose }: { onPhoto: (photo: Shrunk) => void; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [facing, setFacing] = useState<Facing>('environment');
  const [ready, setReady] = useState(false);
  const whose = usePictureSubject();
  const [problem, setProblem] = useState<string>();
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const ended = new AbortController();
    const { current } = video;
    if (!current) return;
    setReady(false);
    startCamera(current, facing, 1600, ended.signal).then(
      () => !ended.signal.aborted && setReady(true),
      (error: unknown) => !ended.signal.aborted && setProblem(cameraProblem(error)),
    );
    return () => ended.abort();
  }, [facing]);

  const take = (photo: Shrunk | undefined): void => {
    if (photo) onPhoto(photo);
    else setProblem(NOT_READABLE);
  };
  return (
    <div className="stack">
      {whose && <strong>{whose}</strong>}
      <Problem>{problem}</Problem>
      <video ref={video} className="viewfinder" muted playsInline aria-label="What the camera sees" />
      <div className="row">
        <Button
          size="lg"
          disabled={!ready}
          onClick={() => {
            const { current } = video;
            if (current) take(shrink(current, current.videoWidth, current.videoHeight));
          }}
        >
          Take photo
        </Button>
        <Button
          variant="default"
          onClick={() => setFacing(facing === 'environment' ? 'user' : 'environment')}
        >
          Use the other camera
        </Button>
        <Button variant="default" onClick={() => file.current?.click()}>
          Use the camera’s own app
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
      <input
        ref={file}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label="Picture from the camera’s own app"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (chosen) void shrinkFile(chosen).then(take);
        }}
      />
      <p className="quiet">
        Only what care needs. The photo is kept sealed in this record, and not in the tablet’s gallery.
      </p>
    </div>
  );
}
