import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { Expression } from './questionnaire.ts';

/** FHIRPath, evaluated by the NLM's library. Nothing is fetched: functions that would ask a server throw. */

type Compiled = (focus: unknown, environment: Record<string, unknown>) => unknown[];
const compiled = new Map<string, Compiled | Error>();

/** Names with a hyphen are legal for SDC variables and not in FHIRPath, which wants them in backticks. */
const quoteHyphens = (expression: string): string =>
  expression.replace(/%([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)/g, '%`$1`');

function compile(expression: string, base: string | undefined): Compiled | Error {
  const key = `${base ?? ''} ${expression}`;
  let found = compiled.get(key);
  if (!found) {
    try {
      const text = quoteHyphens(expression);
      found = fhirpath.compile(base === undefined ? text : { base, expression: text }, r4) as Compiled;
    } catch (error) {
      found = error as Error;
    }
    compiled.set(key, found);
  }
  return found;
}

/** Why an expression cannot be evaluated here; `undefined`: it can. */
export function whyNotEvaluable({ language, expression }: Expression): string | undefined {
  if (expression === undefined) return 'the expression is only named, not written out';
  if (language !== 'text/fhirpath')
    return `${language ?? 'an unnamed language'} is not evaluated, only FHIRPath`;
  const result = compile(expression, undefined);
  return result instanceof Error ? `FHIRPath that cannot be read: ${expression.slice(0, 80)}` : undefined;
}

/** Evaluates; an expression that fails gives nothing, as FHIRPath has it for what is not there. */
export function evaluate(
  expression: string,
  focus: { value: unknown; base?: string },
  environment: Record<string, unknown>,
): unknown[] {
  const run = compile(expression, focus.base);
  if (run instanceof Error) return [];
  try {
    const result = run(focus.value, environment);
    return Array.isArray(result) ? result : [];
  } catch {
    // Types that do not fit, or a variable that this form does not set: the item stays without a value.
    return [];
  }
}
