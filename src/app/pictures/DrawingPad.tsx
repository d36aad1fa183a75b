import { Button, Modal, TextInput } from '@mantine/core';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { type Shrunk, shrink } from './shrink.ts';
import { usePictureSubject } from './source.tsx';

/** Twice the size on the screen, so that a signature is sharp on paper. */
const WIDTH = 1600;
const HEIGHT = 600;

/**
 * A signature or a drawing, with finger, pen or mouse. Whoever cannot draw types the name, which then stands on the sheet
 * as text and says that it was typed.
 */
export function DrawingPad({ title, ...props }: PadProps & { title: string }) {
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={title}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Pad {...props} />
    </Modal>
  );
}

interface PadProps {
  signature: boolean;
  /** `typed`: what was typed instead of drawn. */
  onDrawn: (drawing: Shrunk, typed: string) => void;
  onClose: () => void;
}

function Pad({ signature, onDrawn, onClose }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const whose = usePictureSubject();
  const [drawn, setDrawn] = useState(false);
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  useEffect(() => {
    if (canvas.current) clear(canvas.current);
  }, []);

  const line = (event: PointerEvent<HTMLCanvasElement>, begin: boolean): void => {
    const context = event.currentTarget.getContext('2d');
    if (!context || (!begin && event.buttons === 0)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    if (begin) {
      event.currentTarget.setPointerCapture(event.pointerId);
      context.beginPath();
      context.moveTo(x, y);
      setDrawn(true);
    }
    context.lineTo(x, y);
    context.stroke();
  };

  const finish = (): void => {
    const { current } = canvas;
    if (!current) return;
    if (name !== '') write(current, name);
    const picture = shrink(current, WIDTH, HEIGHT);
    if (picture) onDrawn(picture, name);
  };

  return (
    <div className="stack">
      {whose && <strong>{whose}</strong>}
      <canvas
        ref={canvas}
        className="drawing"
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={signature ? 'Sign here with finger or pen' : 'Draw here with finger or pen'}
        onPointerDown={(event) => line(event, true)}
        onPointerMove={(event) => line(event, false)}
      />
      {signature && (
        <TextInput
          label="Or type the full name of whoever signs"
          description="For whoever cannot draw: the sheet says that it was typed."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <div className="row">
        <Button size="lg" disabled={!drawn && name === ''} onClick={finish}>
          Use it
        </Button>
        <Button
          variant="default"
          disabled={!drawn}
          onClick={() => {
            if (canvas.current) clear(canvas.current);
            setDrawn(false);
          }}
        >
          Clear
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

function clear(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.strokeStyle = '#000';
  context.lineWidth = 6;
  context.lineCap = 'round';
  context.lineJoin = 'round';
}

function write(canvas: HTMLCanvasElement, name: string): void {
  clear(canvas);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = '#000';
  context.font = 'italic 96px serif';
  context.fillText(name, 40, HEIGHT / 2, WIDTH - 80);
  context.font = '40px sans-serif';
  context.fillText('Name typed, not drawn', 40, HEIGHT - 60, WIDTH - 80);
}
