import { isObject, type Json } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { type Skill, USER_MESSAGE } from '../../skills/skill.ts';
import { didYouMean, listed, some } from '../../suggest.ts';
import { defineFamily, type Report, type Subject } from '../rule.ts';
import { allLack } from '../schema/fields.ts';
import { isWritten, phaseOf, type StepPlace } from '../skill-map.ts';
import { siblings } from './guard-fields.ts';

type Id =
  | 'steps/no-schema'
  | 'steps/unknown-op'
  | 'steps/ask-user-in-step'
  | 'steps/into-unknown-field'
  | 'steps/template-unknown-field'
  | 'steps/path-unknown-field';

/** A deterministic step says what it takes, where its result goes and what is right. */
export const steps = defineFamily<Id>({
  rules: [
    {
      id: 'steps/no-schema',
      severity: 'error',
      finds: 'a `validate`, `js` or `python` step, or a postprocessor, whose schema allows anything',
      why: 'A schema that names no field and no bound checks nothing.',
      fix: 'Write the schema that the value must fit.',
    },
    {
      id: 'steps/unknown-op',
      severity: 'error',
      finds: 'an `op` step that names an op that does not exist',
      why: 'The step can only fail.',
      fix: 'Write the name of an op.',
    },
    {
      id: 'steps/ask-user-in-step',
      severity: 'error',
      finds: 'an op that asks a person, in a step',
      why: 'Steps are deterministic; a question needs a phase that knows what to do with the answer.',
      fix: 'Allow the op in a phase with a model.',
    },
    {
      id: 'steps/into-unknown-field',
      severity: 'error',
      finds: 'a step that writes into a field its artifact does not declare',
      why: 'Nothing says what the field holds; a closed artifact type refuses it.',
      fix: 'Declare the field in the artifact type, or correct `into`.',
    },
    {
      id: 'steps/template-unknown-field',
      severity: 'error',
      finds: 'a template in the arguments of a step that names a field the artifact does not declare',
      why: 'The argument stays empty and the step fails.',
      fix: 'Name a declared field.',
    },
    {
      id: 'steps/path-unknown-field',
      severity: 'error',
      finds:
        'a `validate` step whose `path`, or an `iterate` step whose `over`, names a field the artifact does not declare',
      why: 'What is absent is never valid and no list, so the step always fails.',
      fix: 'Name a declared field.',
    },
  ],
  *check(subject) {
    const { skill, map } = subject;
    const { postprocessor } = skill;
    if (postprocessor !== undefined && allowsAnything(postprocessor.outputSchema)) {
      yield {
        rule: 'steps/no-schema',
        place: map.skillPlace('postprocessor', 'output_schema'),
        message: '`output_schema` of the postprocessor allows any object',
        fix: 'Write the schema of what the postprocessor gives back.',
      };
    }
    for (const place of map.steps) yield* checkStep(subject, place);
  },
});

function* checkStep({ skill, env }: Subject, place: StepPlace): Iterable<Report<Id>> {
  const { step, types, written } = place;
  if (step.type === 'validate' && allowsAnything(step.schema)) {
    const message = 'the schema of this step allows any object';
    yield { rule: 'steps/no-schema', place: place.at('schema'), message, fix: 'Write the schema the value must fit.' };
  }
  if (step.type === 'validate' && !isThere(step.path, types, written)) {
    yield {
      rule: 'steps/path-unknown-field',
      place: place.at('path'),
      message: `the step checks "${step.path.join('.')}", which ${namesOf(place)} does not declare${near(types, step.path)}`,
      fix: oneOf(place, step.path),
    };
  }
  if ((step.type === 'js' || step.type === 'python') && allowsAnything(step.outputSchema)) {
    const message = 'the `output_schema` of this step allows any object';
    const fix = 'Write the schema of what the function returns.';
    yield { rule: 'steps/no-schema', place: place.at('output_schema'), message, fix };
  }
  if (step.type === 'iterate' && !isThere(step.over, types, written)) {
    yield {
      rule: 'steps/path-unknown-field',
      place: place.at('over'),
      message: `the step goes over "${step.over.join('.')}", which ${namesOf(place)} does not declare${near(types, step.over)}`,
      fix: oneOf(place, step.over),
    };
  }
  if (step.type === 'op') {
    const op = env.ops.find(({ kind }) => kind === step.op);
    const kinds = env.ops.filter(({ effect }) => effect !== 'waits').map(({ kind }) => kind);
    if (op === undefined) {
      const message = `there is no op "${step.op}"${didYouMean(step.op, kinds)}`;
      yield { rule: 'steps/unknown-op', place: place.at('op'), message, fix: `Write one of ${some(kinds)}.` };
    } else if (op.effect === 'waits') {
      yield {
        rule: 'steps/ask-user-in-step',
        place: place.at('op'),
        message: `"${step.op}" asks a person, which a step may not`,
        fix: `Delete the step and add ${step.op} to \`allowed_ops\` of a phase with a model.`,
      };
    }
    for (const { path, key } of templates(step.args)) {
      if (isThere(path, types, written)) continue;
      yield {
        rule: 'steps/template-unknown-field',
        place: place.at('args', ...key),
        message: `\${${path.join('.')}} names a field that ${namesOf(place)} does not declare${near(types, path)}`,
        fix: oneOf(place, path),
      };
    }
  }
  if (step.into !== undefined && step.into.length > 0 && !mayWrite(skill, place, step.into)) {
    const into = step.into.join('.');
    const takers = listed(new Set(place.takers.map(({ name }) => name)), 'or');
    yield {
      rule: 'steps/into-unknown-field',
      place: place.at('into'),
      message: `the step writes into "${into}", which ${takers} does not declare${near(place.takers, step.into)}`,
      fix: `Declare "${into}" in ${takers}, or write into a field that is declared.`,
    };
  }
}

/**
 * Whether the field is declared. Nobody can declare a field of the built-in type; a model sees what steps add to it,
 * and nothing validates that against the type.
 */
function mayWrite(skill: Skill, { phase, takers }: StepPlace, into: readonly string[]): boolean {
  if (!allLack(takers, into)) return true;
  const asked = phase !== undefined && phaseOf(skill, phase)?.modelClass !== 'none';
  return asked && into.length === 1 && takers.some(({ name }) => name === USER_MESSAGE.name);
}

function isThere(path: readonly string[], types: StepPlace['types'], written: ReadonlySet<string>): boolean {
  const [first] = path;
  return first === undefined || isWritten(written, first) || !allLack(types, path);
}

function near(types: StepPlace['types'], path: readonly string[]): string {
  return didYouMean(path.at(-1) ?? '', siblings(types, path));
}

function oneOf(place: StepPlace, path: readonly string[]): string {
  const known = siblings(place.types, path);
  return known.length === 0 ? `Declare it in ${namesOf(place)}.` : `Name one of its fields: ${some(known)}.`;
}

function namesOf({ types }: StepPlace): string {
  return listed(
    types.map(({ name }) => name),
    'or',
  );
}

const WORDS_ONLY = ['title', 'description', '$comment', '$schema', 'example', 'examples', 'default'];

/** Whether a schema lets every object pass: an artifact is one anyway. */
function allowsAnything(schema: JsonSchema): boolean {
  return Object.entries(schema).every(
    ([keyword, value]) =>
      WORDS_ONLY.includes(keyword) ||
      (keyword === 'type' && value === 'object') ||
      (keyword === 'additionalProperties' && value !== false) ||
      (keyword === 'properties' && isObject(value) && Object.keys(value).length === 0),
  );
}

type Template = { readonly path: readonly string[]; readonly key: readonly (string | number)[] };

/** The `${path}` places in arguments, with the key they stand at; `input.` in front means the same as nothing. */
function* templates(value: Json, key: readonly (string | number)[] = []): Iterable<Template> {
  if (typeof value === 'string') {
    for (const text of places(value)) {
      const parts = text.trim().split('.');
      if (!text.includes(':')) yield { path: parts[0] === 'input' ? parts.slice(1) : parts, key };
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* templates(item, [...key, index]);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) yield* templates(item as Json, [...key, name]);
  }
}

/** What stands between `${` and `}`, in one pass. */
function* places(text: string): Iterable<string> {
  for (let open = text.indexOf('${'); open !== -1; open = text.indexOf('${', open + 2)) {
    const next = text.indexOf('${', open + 2);
    const close = text.slice(open, next === -1 ? open + 204 : Math.min(next, open + 204)).indexOf('}');
    if (close > 2) yield text.slice(open + 2, open + close);
  }
}
