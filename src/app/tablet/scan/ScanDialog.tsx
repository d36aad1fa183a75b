import { Button, Modal } from '@mantine/core';
import { useCallback } from 'react';
import { CameraReader } from './CameraReader.tsx';

/** Wristbands and drug packages before the camera: closes with the first code that it reads. */
export function ScanDialog({ onText, onClose }: { onText: (text: string) => void; onClose: () => void }) {
  const take = useCallback(async (text: string) => onText(text), [onText]);
  return (
    <Modal opened onClose={onClose} title="Scan" size="xl">
      <CameraReader onText={take} codes="bedside" instead="Use a scanner, or go on without.">
        <p>Hold the wristband or the package before the camera, the width of a hand away.</p>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </CameraReader>
    </Modal>
  );
}
