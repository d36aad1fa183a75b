import { useEffect, useMemo, useState } from 'react';
import { type Form, readForm } from '../../forms/index.ts';
import { SHIPPED_FORMS } from '../../forms/shipped.ts';
import { useLamp } from '../lamp.tsx';

/** Read once for each zone, when a form is first asked for: twenty take some tens of milliseconds, and no chart waits for them. */
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
