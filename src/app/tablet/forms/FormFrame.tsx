import { Button, Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { formatInstant } from '../../../clinical/index.ts';
import { Problem } from '../../Problem.tsx';
import type { EffectiveTime } from './use-effective-time.ts';

/** What every writing form has: a title, its fields, the problem if there is one, and the commit button where the thumb is. */
export function FormFrame(props: {
  title: string;
  submit: string;
  busy: boolean;
  problem?: string | undefined;
  disabled?: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  /** Said beside the commit button, where it stays in sight. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  // A screen reader hears where it is, and the keyboard starts at the first field.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <form
      className="stack"
      noValidate
      aria-label={props.title}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <h2 ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      {props.children}
      <Problem>{props.problem}</Problem>
      <div className="footer-actions">
        {props.aside && <div style={{ marginRight: 'auto' }}>{props.aside}</div>}
        <Button variant="default" onClick={props.onCancel}>
          Cancel
        </Button>
        <Button type="submit" size="lg" loading={props.busy} disabled={props.disabled ?? false}>
          {props.submit}
        </Button>
      </div>
    </form>
  );
}

export const toLocal = formatInstant;

/**
 * When it happened, as the nurse says: now unless changed, never empty by default (FAILURES 32). Typed as it is shown
 * everywhere: the browser's own time field follows the tablet's language, and would say 02:05 PM.
 */
export function TimeField({
  label,
  time,
  timeZone,
  onChange,
}: {
  label: string;
  time: EffectiveTime;
  timeZone: string;
  onChange: (value: string) => void;
}) {
  return (
    <div className="stack">
      <TextInput
        label={label}
        value={time.typed}
        error={time.problem}
        onChange={(event) => onChange(event.currentTarget.value)}
        rightSectionWidth={76}
        rightSection={
          <Button
            variant="subtle"
            size="compact-md"
            onClick={() => onChange(formatInstant(new Date().toISOString(), timeZone))}
          >
            Now
          </Button>
        }
        maw={360}
      />
      {time.ask && (
        <div className="notice" role="alert">
          That is more than a day ago. Is the date right?
          <Checkbox
            mt={6}
            size="md"
            label={time.ask}
            checked={time.confirmed}
            onChange={(event) => time.confirm(event.currentTarget.checked)}
          />
        </div>
      )}
    </div>
  );
}

/** The first thing that the form's schema refuses, for fields that have no place of their own for it. */
export function firstProblem(errors: object): string | undefined {
  for (const error of Object.values(errors) as unknown[]) {
    if (typeof error !== 'object' || error === null) continue;
    if ('message' in error && typeof error.message === 'string') return error.message;
    const inner = 'ref' in error ? undefined : firstProblem(error);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
