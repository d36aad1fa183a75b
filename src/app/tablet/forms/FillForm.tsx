import { Button, TextInput } from '@mantine/core';
import { type ComponentProps, useMemo, useState } from 'react';
import { z } from 'zod';
import {
  type BodyOf,
  type Chart,
  type Charted,
  type Draft,
  displayName,
  formatDate,
} from '../../../clinical/index.ts';
import {
  emptySheet,
  type Form,
  type FormContext,
  fitSheet,
  isUntouched,
  prefill,
  SheetNode,
  sheetFrom,
  unanswerable,
} from '../../../forms/index.ts';
import { QuestionnaireFields } from '../../forms/QuestionnaireFields.tsx';
import { useFormSheet } from '../../forms/use-form-sheet.ts';
import { PictureSubject } from '../../pictures/source.tsx';
import { useForms } from '../use-forms.ts';
import { draftKey } from './drafts.ts';
import { FormFrame, TimeField, toLocal } from './FormFrame.tsx';
import { useDraft } from './use-draft.ts';
import { useEffectiveTime } from './use-effective-time.ts';
import { useSave } from './use-save.ts';

/** A half-filled form as it is kept; brought into the shape of the form when it is opened again. */
const FormDraft = z.object({ nodes: z.array(SheetNode), at: z.string(), reason: z.string() });

/** For paper alone: on a tablet the result is charted where a critical one escalates until somebody knows. */
export const TELEPHONE_RESULT = 'urn:lamplight:form:telephone-result';

/** One of the hospital's forms about this patient, by its id. */
export function FillFormById({
  form: id,
  ...rest
}: Omit<ComponentProps<typeof FillForm>, 'form'> & { form: string }) {
  const forms = useForms(rest.timeZone);
  const form = forms?.find((one) => one.id === id);
  if (form) return <FillForm {...rest} form={form} />;
  if (!forms) return <p>Opening the form…</p>;
  return (
    <div className="notice row between" role="alert">
      This form is no longer offered on this tablet. What was answered before stands under “Forms”.
      <Button variant="default" onClick={rest.onCancel}>
        Back
      </Button>
    </div>
  );
}

/** Every keystroke reaches the sealed draft. */
export function FillForm({
  form,
  chart,
  timeZone,
  now,
  amend,
  draft,
  onDone,
  onCancel,
}: {
  form: Form;
  chart: Chart;
  timeZone: string;
  now: string;
  amend?: Charted<BodyOf<'form-answered'>> | undefined;
  draft?: unknown;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const patient = chart.identity.id;
  const context = useMemo(() => formContext(chart), [chart]);
  const [start] = useState(() => {
    const kept = FormDraft.safeParse(draft);
    const nodes = kept.success
      ? fitSheet(form.items, kept.data.nodes)
      : amend
        ? sheetFrom(form, amend.body.items)
        : prefill(form, emptySheet(form), context);
    return {
      nodes,
      at: kept.success ? kept.data.at : toLocal(amend?.body.effectiveAt ?? now, timeZone),
      reason: kept.success ? kept.data.reason : '',
    };
  });
  const { sheet, nodes, live, warnings } = useFormSheet(form, start.nodes, context);
  const [at, setAt] = useState(start.at);
  const [reason, setReason] = useState(start.reason);
  const key = amend ? draftKey('form-amendment', patient, amend.id) : draftKey('form', patient, form.id);
  const saving = useSave(timeZone, key);
  const [incomplete, setIncomplete] = useState(false);
  const time = useEffectiveTime(at, timeZone, now, amend?.body.effectiveAt);
  const untouched = isUntouched(form, nodes);
  const kept = useDraft(key, patient, untouched && !amend ? undefined : { nodes, at, reason });
  const missing = unanswerable(form);

  const submit = sheet.handleSubmit(
    async () => {
      setIncomplete(false);
      const entry: Draft<BodyOf<'form-answered'>> = {
        kind: 'form-answered',
        effectiveAt: time.at ?? '',
        form: {
          id: form.id,
          title: form.title,
          ...(form.url === undefined ? {} : { url: form.url }),
          ...(form.version === undefined ? {} : { version: form.version }),
        },
        status: missing.length === 0 ? 'completed' : 'in-progress',
        items: live.items,
        ...(amend ? { replaces: amend.id, reason: reason.trim() } : {}),
      };
      const message = await saving.save(patient, entry);
      if (!message) return;
      await kept.discard();
      onDone(message);
    },
    () => setIncomplete(true),
  );
  const leave = async (): Promise<void> => {
    await kept.flush();
    onCancel();
  };

  return (
    <FormFrame
      title={amend ? `Amend ${form.title}` : form.title}
      submit="Sign form"
      busy={saving.busy}
      problem={
        saving.problem ??
        (incomplete && !sheet.formState.isValid
          ? 'Not saved yet: see what is marked above. It is kept as a draft.'
          : undefined)
      }
      disabled={
        live.items.length === 0 || time.at === undefined || (amend !== undefined && reason.trim() === '')
      }
      onSubmit={() => void submit()}
      onCancel={() => void leave()}
    >
      {form.description && <p className="quiet">{form.description}</p>}
      {form.url === TELEPHONE_RESULT && !amend && (
        <p className="notice" role="alert">
          ▲ This sheet tells nobody of a critical result. What you wrote is kept: go back, and chart it under
          “Result by telephone”, which goes on until somebody has acknowledged it.
        </p>
      )}
      {missing.length > 0 && (
        <p className="notice">
          This form asks for something that a tablet cannot take (
          {missing.map(({ text, linkId }) => text || linkId).join('; ')}). It is kept as not complete.
        </p>
      )}
      <PictureSubject
        value={`${displayName(chart.identity.name)}, born ${chart.identity.birthDate ? formatDate(chart.identity.birthDate) : 'not known'}`}
      >
        <QuestionnaireFields form={form} live={live} sheet={sheet} warnings={warnings} />
      </PictureSubject>
      <TimeField timeZone={timeZone} label="Time of the form" time={time} onChange={setAt} />
      {amend && (
        <TextInput
          label="Why is it amended?"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {form.copyright && <p className="quiet">{form.copyright}</p>}
      {kept.problem ? (
        <p role="alert" className="notice stop">
          The draft is not kept: {kept.problem}
        </p>
      ) : (
        <p className="quiet">Kept as a draft while you write, sealed for you alone. * is needed.</p>
      )}
    </FormFrame>
  );
}

/** What expressions of a form may ask of the chart: the patient as FHIR has one. */
function formContext({ identity }: Chart): FormContext {
  return {
    patient: {
      resourceType: 'Patient',
      id: identity.id,
      name: [
        {
          ...(identity.name.family ? { family: identity.name.family } : {}),
          ...(identity.name.given ? { given: [identity.name.given] } : {}),
        },
      ],
      ...(identity.birthDate === undefined ? {} : { birthDate: identity.birthDate }),
      gender: identity.sex,
    },
  };
}
