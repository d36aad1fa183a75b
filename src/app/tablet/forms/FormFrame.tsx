import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Temporal } from 'temporal-polyfill';

/** What every writing form has: a title, its fields, the problem if there is one, and the commit button where the thumb is. */
export function FormFrame(props: {
  title: string;
  submit: string;
  busy: boolean;
  problem?: string | undefined;
  disabled?: boolean;
  onSubmit: () => void;
  onCancel: () => void /** Said beside the commit button, where it stays in sight. */;
  aside?: ReactNode;
  children: ReactNode;
}) {
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
      <h2>{props.title}</h2>
      {props.children}
      {props.problem && (
        <p role="alert" className="notice stop">
          {props.problem}
        </p>
      )}
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

/** The local date and time of a field, in the site's zone, as an instant; `undefined` when it is no time. */
export function toInstant(local: string, timeZone: string): string | undefined {
  try {
    return Temporal.PlainDateTime.from(local)
      .toZonedDateTime(timeZone)
      .toInstant()
      .toString({ fractionalSecondDigits: 3 });
  } catch {
    return undefined;
  }
}

export function toLocal(instant: string, timeZone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}

/** When it happened, as the nurse says: now unless changed. Never empty by default (FAILURES 32). */
export function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maw={300}
    />
  );
}
