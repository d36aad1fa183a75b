import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Chart, describeEntry, formatInstant, stands } from '../../../clinical/index.ts';
import { FormPictures } from '../../pictures/Picture.tsx';
import { TELEPHONE_RESULT } from '../forms/FillForm.tsx';
import { useForms } from '../use-forms.ts';
import type { Task } from './tasks.ts';

/** What was filled in about this patient, and every form that there is to fill in. */
export function FormsTab({
  chart,
  timeZone,
  start,
  writes,
}: {
  chart: Chart;
  timeZone: string;
  start: (task: Task) => void;
  writes: boolean;
}) {
  const forms = useForms(timeZone);
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
              <Button
                key={form.id}
                variant="default"
                onClick={() =>
                  start(form.url === TELEPHONE_RESULT ? { do: 'result' } : { do: 'form', form: form.id })
                }
              >
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
