import { posix } from 'node:path';
import type { Json } from '../../json.ts';
import type { JsonSchema } from '../../schema.ts';
import { type Edge, END, type Guard, type Step } from '../skill.ts';

/** An edge as a sentence for a model that has nobody to hold it to the graph. */
export function edgeWords(edge: Edge, result: string): string {
  const { to, when, carry, description } = edge;
  const act = to === END ? `finish, handing over ${result}` : `go on to the phase **${to}**, handing over ${result}`;
  const taken = Object.entries(carry).map(([field, from]) => `\`${field}\` is \`${from.path}\`, unchanged`);
  const parts = [
    when.length === 0 ? act : `only if ${guardWords(when)}: ${act}`,
    ...(taken.length === 0 ? [] : [`its ${taken.join(', its ')}`]),
    ...(description === undefined ? [] : [description.trim().replace(/\s+/g, ' ')]),
  ];
  return parts.join('; ');
}

export function guardWords(guard: Guard): string {
  return guard
    .map(({ path, root, segments, schema }) => `${subject(path, root, segments)} ${schemaWords(schema)}`)
    .join(' and ');
}

function subject(path: string, root: Guard[number]['root'], segments: readonly string[]): string {
  return root === 'visits' ? `the number of times **${segments.join('.')}** was entered` : `\`${path}\``;
}

const BOUNDS: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
};

/** What a schema asks of a value, as a predicate. What has no words is shown as it is. */
function schemaWords(schema: JsonSchema): string {
  const parts = Object.entries(schema).map(([word, value]) => {
    if (word === 'const') return show(value as Json);
    if (word === 'enum' && Array.isArray(value)) return `one of ${value.map((one) => show(one as Json)).join(', ')}`;
    const bound = BOUNDS[word];
    return bound === undefined ? undefined : `${bound} ${show(value as Json)}`;
  });
  return parts.length === 0 || parts.includes(undefined)
    ? `fits the JSON Schema \`${JSON.stringify(schema)}\``
    : `is ${parts.join(' and ')}`;
}

function show(value: Json): string {
  return `\`${JSON.stringify(value)}\``;
}

/** A step without a model as an instruction. */
export function stepWords(step: Step): string {
  const { type, into, onError, when, ...rest } = step;
  const act = actWords(type, rest);
  const guard = when.length === 0 ? '' : `If ${guardWords(when)}: `;
  const target = into === undefined ? '' : ` The result becomes \`${into.join('.') || 'the input'}\`.`;
  const failing = onError === 'fail' ? '' : ' Where that fails, go on without it.';
  return `${guard}${act}.${target}${failing}`;
}

function actWords(type: string, rest: object): string {
  if ('op' in rest) return `do \`${String(rest.op)}\` with \`${JSON.stringify('args' in rest ? rest.args : {})}\``;
  if ('module' in rest && 'function' in rest)
    return `call \`${String(rest.function)}\` of ${posix.join('scripts', String(rest.module))}`;
  return `${type} \`${JSON.stringify(rest)}\``;
}
