import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToDirectory, DirectoryBody, emptyDirectory } from '../../src/site/index.ts';

const said = fc.record({
  kind: fc.constant('form-published' as const),
  recordedAt: fc.constantFrom(
    '2026-11-24T10:00:00.000Z',
    '2026-11-24T11:00:00.000Z',
    '2026-11-24T12:00:00.000Z',
  ),
  form: fc.constantFrom('fall', 'wound'),
  title: fc.constant('A form'),
  questionnaire: fc.option(fc.constantFrom('{"v":1}', '{"v":2}'), { nil: undefined }),
  by: fc.constant('Adam Lind'),
});
const fold = (bodies: readonly DirectoryBody[]) => {
  const directory = emptyDirectory();
  for (const body of bodies) addToDirectory(directory, body);
  return [...directory.forms.values()].map(({ form, questionnaire }) => `${form} ${questionnaire}`).sort();
};

describe('forms in the directory', () => {
  it('the newest word on a form holds, also that it is no longer offered', () => {
    const version = (at: string, questionnaire?: string) =>
      DirectoryBody.parse({
        kind: 'form-published',
        recordedAt: `2026-11-24T${at}:00.000Z`,
        form: 'fall',
        title: 'Fall',
        ...(questionnaire === undefined ? {} : { questionnaire }),
        by: 'Adam Lind',
      });
    expect(fold([version('10:00', '{"v":1}'), version('11:00', '{"v":2}')])).toEqual(['fall {"v":2}']);
    expect(fold([version('12:00'), version('11:00', '{"v":2}')])).toEqual(['fall undefined']);
  });

  it('LAW: in whatever order the words come, the same forms are offered', () => {
    fc.assert(
      fc.property(
        fc
          .array(said, { maxLength: 8 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(fold(shuffled)).toEqual(fold(all));
        },
      ),
    );
  });
});
