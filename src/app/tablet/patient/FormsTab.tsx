import { Button, TextInput } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { type Chart, describeEntry, formatInstant, stands } from '../../../clinical/index.ts';
import { type Form, readForm } from '../../../forms/index.ts';
import { SHIPPED_FORMS } from '../../../forms/shipped.ts';
import { useLamp } from '../../lamp.tsx';
import { FormPictures } from '../../pictures/Picture.tsx';
import type { Task } from './PatientScreen.tsx';

/** Read once for each zone: twenty forms take some tens of milliseconds, and a chart opens often. */
const readShipped = new Map<string, Form[]>();
function shippedForms(timeZone: string): Form[] {
  let forms = readShipped.get(timeZone);
  if (!forms) {
    forms = readAll(SHIPPED_FORMS, timeZone);
    readShipped.set(timeZone, forms);
  }
  return forms;
}

const readAll = (questionnaires: readonly unknown[], timeZone: string): Form[] =>
  questionnaires.map((one) => readForm(one, timeZone)).flatMap((read) => (read.ok ? [read.form] : []));

/** Forms that this tablet offers: the hospital's own, and those that come with the app. By title. */
export function useForms(timeZone: string): Form[] | undefined {
  const { vault } = useLamp();
  const [own, setOwn] = useState<Awaited<ReturnType<typeof vault.forms>>>();
  useEffect(() => void vault.forms().then(setOwn), [vault]);
  return useMemo(() => {
    if (!own) return undefined;
    const replaced = new Set(own.map(({ id }) => id));
    const shipped = shippedForms(timeZone).filter(({ id }) => !replaced.has(id));
    const published = readAll(
      own.map(({ questionnaire }) => questionnaire),
      timeZone,
    );
    return [...shipped, ...published].sort((x, y) => x.title.localeCompare(y.title, 'en'));
  }, [own, timeZone]);
}

/** What was filled in about this patient, and every form that there is to fill in. */
export function FormsTab({
  chart,
  forms,
  timeZone,
  start,
  writes,
}: {
  chart: Chart;
  forms: readonly Form[] | undefined;
  timeZone: string;
  start: (task: Task) => void;
  writes: boolean;
}) {
  const [find, setFind] = useState('');
  const offered = (forms ?? []).filter(({ title }) => title.toLowerCase().includes(find.toLowerCase()));
  return (
    <div className="stack">
      {writes && (
        <section className="stack" aria-label="Forms to fill in">
          <TextInput
            aria-label="Find form"
            placeholder="Find form"
            value={find}
            onChange={(event) => setFind(event.currentTarget.value)}
            maw={360}
          />
          <div className="form-list">
            {offered.map((form) => (
              <Button key={form.id} variant="default" onClick={() => start({ do: 'form', form: form.id })}>
                {form.title}
              </Button>
            ))}
          </div>
          {forms && offered.length === 0 && <p>There is no form of that name on this tablet.</p>}
        </section>
      )}
      {chart.forms.length === 0 && <p>No forms were filled in during this downtime.</p>}
      {chart.forms.map((sheet) => {
        const { title, text } = describeEntry(sheet.body);
        const at = formatInstant(sheet.body.effectiveAt, timeZone);
        const amendable = forms?.some(({ id }) => id === sheet.body.form.id);
        return (
          <article key={sheet.id} className="card stack">
            <div className="row between">
              <strong>
                {title} · {sheet.body.author.name} · {at}
              </strong>
              {writes && stands(sheet) && amendable && (
                <Button
                  variant="default"
                  aria-label={`Amend ${title} of ${at}`}
                  onClick={() => start({ do: 'form', form: sheet.body.form.id, amend: sheet })}
                >
                  Amend
                </Button>
              )}
            </div>
            <span className={stands(sheet) ? '' : 'struck'} style={{ whiteSpace: 'pre-wrap' }}>
              {text}
            </span>
            <FormPictures body={sheet.body} />
          </article>
        );
      })}
    </div>
  );
}
