import { Button, FileButton } from '@mantine/core';
import { useRef } from 'react';

/** A button that opens the device's file chooser. A file that was mended under the same name can be chosen again. */
export function ChooseFile({
  label,
  accept,
  onFile,
  loading = false,
  size = 'md',
}: {
  label: string;
  accept: string;
  onFile: (file: File) => void;
  loading?: boolean;
  size?: 'md' | 'lg';
}) {
  const reset = useRef<() => void>(null);
  return (
    <FileButton
      accept={accept}
      resetRef={reset}
      onChange={(file) => {
        // The browser says nothing when the file that is chosen already is chosen once more.
        reset.current?.();
        if (file) onFile(file);
      }}
    >
      {(props) => (
        <Button {...props} size={size} loading={loading}>
          {label}
        </Button>
      )}
    </FileButton>
  );
}
