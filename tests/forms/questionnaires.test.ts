import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormAnswered } from '../../src/clinical/index.ts';
import {
  brokenConstraints,
  emptySheet,
  judge,
  liveForm,
  readForm,
  tryOut,
  unanswerable,
} from '../../src/forms/index.ts';
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

describe('the times that forms.md asks for', () => {
  const shipped = (id: string) => formOf(SHIPPED_FORMS.find((one) => (one as { id: string }).id === id));

  /** Warnings of the restraint form, for somebody born then, with these moments by linkId. */
  function restraintWarnings(birthDate: string, moments: Record<string, string>): string[] {
    const form = shipped('restraint-monitoring');
    const sheet = emptySheet(form).map((node) => ({
      ...node,
      values: moments[node.linkId] === undefined ? node.values : [{ text: moments[node.linkId]! }],
    }));
    const context = { patient: { resourceType: 'Patient' as const, birthDate } };
    const live = liveForm(form, sheet, context);
    expect(live.items.length).toBe(Object.keys(moments).length);
    return brokenConstraints(form, sheet, live, context).map(({ message, severity }) => {
      expect(severity).toBe('warning');
      return message;
    });
  }
  const year = new Date().getUTCFullYear();

  it.each([
    ['an adult', `${year - 40}-01-01`, 4],
    ['at 12', `${year - 12}-01-01`, 2],
    ['below 9', `${year - 5}-01-01`, 1],
  ])('an order for restraint is renewed in time: %s', (_who, birthDate, hours) => {
    const until = (minutes: number) => ({
      '5': '24-Nov-2026 10:00',
      '6': `24-Nov-2026 ${10 + Math.floor((hours * 60 + minutes) / 60)}:${String((hours * 60 + minutes) % 60).padStart(2, '0')}`,
    });
    expect(restraintWarnings(birthDate, until(0))).toEqual([]);
    expect(restraintWarnings(birthDate, until(5))).toEqual([
      expect.stringMatching(/every 4 hours for adults, 2 hours at 9 to 17 years, 1 hour below 9/),
    ]);
  });

  it('somebody in restraint is seen face to face within an hour of its beginning', () => {
    const seen = (at: string) =>
      restraintWarnings('1951-03-04', { '11': '24-Nov-2026 10:00', '7': `24-Nov-2026 ${at}` });
    expect(seen('11:00')).toEqual([]);
    expect(seen('11:01')).toEqual([expect.stringMatching(/within 1 hour/)]);
  });

  it('a transfusion is looked at hourly, and an inpatient is observed for a day after a reaction', () => {
    const text = JSON.stringify(shipped('blood-transfusion-record').questionnaire);
    expect(text).toMatch(/"linkId":"3.16".*"type":"dateTime".*Looked at, at least every hour/);
    expect(text).toMatch(/observed for 24 hours/);
    expect(text).toMatch(/any new symptom/);
    expect(text).toMatch(/or by barcode/);
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
