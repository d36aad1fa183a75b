import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormAnswered } from '../../src/clinical/index.ts';
import { judge, readForm, tryOut, unanswerable } from '../../src/forms/index.ts';
import { SHIPPED_FORMS } from '../../src/forms/shipped.ts';
import { NOW, NURSE } from '../clinical/builders.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/questionnaires');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

const formOf = (content: unknown) => {
  const read = readForm(content, 'America/Chicago');
  if (!read.ok) throw new Error(read.problem);
  return read.form;
};
const inFile = (name: string) => formOf(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));

/** Every item that cannot be answered, of all the files that nobody here wrote. */
const UNSUPPORTED: Record<string, Record<string, RegExp>> = {
  'Questionnaire-ASLPA1.json': { '1': /value set that the file does not contain/, '3': /value set/ },
  'Questionnaire-Questionnaire-IMMZCRegisterClient.json': {
    fullName: /stands twice/,
    firstName: /stands twice/,
    familyName: /stands twice/,
    administrativeArea: /names no answers/,
  },
  'Questionnaire-demographics.json': { 'relative.relationship': /value set/ },
  'Questionnaire-questionnaire-sdc-profile-example-multi-subject.json': { '5.1': /reference/ },
  'behavior_answer_expression.json': { vaccines: /reference/ },
  'uri_test_questionnaire.json': { '2.1.2': /names no answers/ },
};

describe('Questionnaires that somebody else wrote', () => {
  it('are all here', () => expect(FILES).toHaveLength(45));

  it.each(FILES)('%s: every item renders or says exactly why not', (name) => {
    const found = judge(inFile(name)).filter(({ verdict }) => verdict === 'unsupported');
    const expected = UNSUPPORTED[name] ?? {};
    expect(found.map(({ linkId }) => linkId)).toEqual(Object.keys(expected));
    for (const { linkId, why } of found) expect(why).toMatch(expected[linkId]!);
  });

  it.each(FILES)('%s: what renders is answered, saved as an entry, and read back the same', (name) => {
    const form = inFile(name);
    const trial = tryOut(form);
    expect(trial).toMatchObject({ answered: trial.asked, valid: true, problems: [], readsBack: true });
    if (trial.items.length === 0) return;
    expect(
      FormAnswered.safeParse({
        kind: 'form-answered',
        author: NURSE,
        effectiveAt: NOW,
        recordedAt: NOW,
        form: { id: form.id, title: form.title },
        status: 'completed',
        items: trial.items,
      }).success,
    ).toBe(true);
  });
});

describe('the downtime forms that come along', () => {
  const shipped = SHIPPED_FORMS.map(formOf);

  it('are at least fifteen, each with a name of its own', () => {
    expect(shipped.length).toBeGreaterThanOrEqual(15);
    expect(new Set(shipped.map(({ id }) => id)).size).toBe(shipped.length);
  });

  it.each(shipped.map((form) => [form.id, form] as const))('%s works wholly on a tablet', (_id, form) => {
    expect(judge(form).filter(({ verdict, notes }) => verdict === 'unsupported' || notes.length > 0)).toEqual(
      [],
    );
    expect(unanswerable(form)).toEqual([]);
    expect(tryOut(form)).toMatchObject({ valid: true, readsBack: true });
    expect(form.questionnaire).toMatchObject({
      url: `urn:lamplight:form:${form.id}`,
      version: expect.stringMatching(/^[12]$/),
      status: 'active',
    });
  });

  it('say whose checklist the time-out is based on, and carry no licensed scale', () => {
    expect(shipped.find(({ id }) => id === 'procedure-note')?.copyright).toContain(
      '© World Health Organization 2008 All rights reserved.',
    );
    expect(JSON.stringify(SHIPPED_FORMS)).not.toMatch(
      /Braden|Waterlow|Norton|Morse|Wong|FLACC|Manchester|\bESI\b|CAM-ICU/,
    );
  });
});

describe('a file that is no form', () => {
  it.each([
    [null, 'expected object'],
    [{ resourceType: 'Patient' }, 'no FHIR Questionnaire'],
    [{ resourceType: 'Questionnaire' }, 'no items'],
    [{ resourceType: 'Questionnaire', item: [] }, 'no items'],
    [{ resourceType: 'Questionnaire', item: [{ type: 'string' }] }, 'item.0.linkId'],
  ])('%j is refused with the reason', (content, problem) => {
    const read = readForm(content, 'UTC');
    expect(read.ok ? '' : read.problem).toContain(problem);
  });
});
