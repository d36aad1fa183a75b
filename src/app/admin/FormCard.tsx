import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatAgo } from '../../clinical/index.ts';
import { emptySheet, type Form, judge, readForm } from '../../forms/index.ts';
import { FormList } from '../../wire/forms.ts';
import { inWords, request } from '../api.ts';
import { ChooseFile } from '../ChooseFile.tsx';
import { QuestionnaireFields } from '../forms/QuestionnaireFields.tsx';
import { useFormSheet } from '../forms/use-form-sheet.ts';
import { Problem } from '../Problem.tsx';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';

/** The hospital's own forms: a FHIR Questionnaire is dropped here, seen at once, and given to the tablets. */
export function FormCard({ timeZone }: { timeZone: string }) {
  const list = usePoll('/api/admin/forms', FormList, 10_000);
  const [form, setForm] = useState<Form>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const now = new Date().toISOString();

  async function open(file: File | null | undefined): Promise<void> {
    if (!file) return;
    setProblem(undefined);
    setDone(undefined);
    setForm(undefined);
    try {
      const read = readForm(JSON.parse(await file.text()), timeZone);
      if (read.ok) setForm(read.form);
      else setProblem(`${file.name} is no form that can be shown: ${read.problem}.`);
    } catch {
      setProblem(
        `${file.name} could not be read as JSON. Export the form as a FHIR R4 Questionnaire in JSON.`,
      );
    }
  }

  async function send(path: string, body: unknown, said: string): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    await request('POST', path, FormList, body).then(
      () => {
        setDone(said);
        setForm(undefined);
      },
      (error: unknown) => setProblem(inWords(error)),
    );
    setBusy(false);
    list.reload();
  }

  return (
    <section className="card stack" aria-label="Forms">
      <h2>Forms</h2>
      <p>
        Drop a FHIR R4 Questionnaire (JSON) here: it is shown as the tablets will show it, with what they
        cannot. Published, it reaches every tablet with the staff list, and works without a network. A form
        with the id of one that Lamplight brings takes its place.
      </p>
      <section
        className="drop-place row"
        aria-label="Place to drop a form"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void open(event.dataTransfer.files[0]);
        }}
      >
        <ChooseFile
          label="Choose a form"
          accept="application/json,.json"
          onFile={(file) => void open(file)}
        />
        <span className="quiet">or drop it here</span>
      </section>
      <Problem>{problem}</Problem>
      {done && (
        <p role="status" className="notice">
          {done}
        </p>
      )}
      {form && (
        <>
          <Preview key={form.id} form={form} />
          <div className="row">
            <Button
              loading={busy}
              onClick={() =>
                void send(
                  '/api/admin/forms',
                  { id: form.id, title: form.title, questionnaire: form.questionnaire },
                  `${form.title} is on its way to the tablets.`,
                )
              }
            >
              Publish to the tablets
            </Button>
            <Button variant="default" onClick={() => setForm(undefined)}>
              Put aside
            </Button>
          </div>
        </>
      )}
      {(list.value?.forms.length ?? 0) > 0 && (
        <Sideways label="Published forms, scrolls sideways">
          <table className="facts">
            <thead>
              <tr>
                <th>Form</th>
                <th>Published</th>
                <th>By</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {list.value?.forms.map((item) => (
                <tr key={item.id} className={item.offered ? '' : 'struck'}>
                  <td>{item.title}</td>
                  <td>{formatAgo(item.publishedAt, now)}</td>
                  <td>{item.by}</td>
                  <td>
                    {item.offered && (
                      <Button
                        variant="default"
                        aria-label={`Withdraw ${item.title}`}
                        onClick={() =>
                          void send(
                            '/api/admin/forms/withdraw',
                            { id: item.id },
                            `${item.title} is no longer offered. What was filled in stays.`,
                          )
                        }
                      >
                        Withdraw
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
    </section>
  );
}

const NO_PATIENT = {};

/** The form as a tablet shows it. What is typed here is kept nowhere. */
function Preview({ form }: { form: Form }) {
  const start = useMemo(() => emptySheet(form), [form]);
  const { sheet, live, warnings } = useFormSheet(form, start, NO_PATIENT);
  const verdicts = judge(form);
  const unsupported = verdicts.filter(({ verdict }) => verdict === 'unsupported');
  const noted = verdicts.filter(({ notes }) => notes.length > 0);
  return (
    <section className="stack" aria-label={`Preview of ${form.title}`}>
      <h3>{form.title}</h3>
      <p role="status" className={unsupported.length > 0 ? 'notice stop' : 'notice'}>
        {unsupported.length === 0
          ? 'All of its items work on a tablet.'
          : `${unsupported.length} of ${verdicts.length} items do not work on a tablet:`}
      </p>
      {unsupported.length + noted.length > 0 && (
        <ul>
          {unsupported.map(({ linkId, text, why }) => (
            <li key={`why ${linkId}`}>
              {linkId} {text}: unsupported: {why}
            </li>
          ))}
          {noted.map(({ linkId, text, notes }) => (
            <li key={`note ${linkId}`}>
              {linkId} {text}: {notes.join('; ')}
            </li>
          ))}
        </ul>
      )}
      <form
        className="stack"
        noValidate
        autoComplete="off"
        aria-label={form.title}
        onSubmit={(event) => {
          event.preventDefault();
          void sheet.trigger();
        }}
      >
        <QuestionnaireFields form={form} live={live} sheet={sheet} warnings={warnings} />
        <div>
          <Button type="submit" variant="default">
            Check what is filled in
          </Button>
        </div>
      </form>
    </section>
  );
}
