import Type from 'typebox';
import { isObject, type Json } from '../../../os/json.ts';
import { didYouMean } from '../../../os/suggest.ts';
import { scoreIn } from './score-in.ts';
import type { Scored, Scorer } from './scorer.ts';

/**
 * Calls a function of a file in `evals/`, isolated: it sees its argument `{ value, result, input, expected }` and nothing
 * else. It gives back true or false, a number from 0 to 1, or `{ score, why }` with either.
 */
export const js: Scorer = {
  kind: 'js',
  summary: 'A function of a `.js` file in `evals/` says so: true or false, a number from 0 to 1, or `{ score, why }`.',
  args: Type.Object(
    {
      file: Type.String({ minLength: 1, description: 'Path in `evals/`, e.g. `grade.js`.' }),
      function: Type.Optional(Type.String({ minLength: 1, description: 'Name of the export; `default` if absent.' })),
    },
    { additionalProperties: false },
  ),
  example: 'js: grade.js',
  short: (value) => (typeof value === 'string' ? { file: value } : undefined),
  passAt: 1,
  asks: false,
  flaw: ({ file }, { modules }) =>
    modules.includes(file as string)
      ? undefined
      : `there is no evals/${String(file)}${didYouMean(String(file), modules)}`,
  async score(args, { value, result, input, expected, seed }, { js: engine, modules, signal }) {
    const given = { value, result, input, ...(expected === undefined ? {} : { expected }) };
    const module = args.file as string;
    const call = { modules, module, function: (args.function as string | undefined) ?? 'default', input: given, seed };
    const end = await engine.run(call, signal);
    // the engine calls the folder of what it runs by the name it has for skills
    if (!end.ok) return { score: 0, why: end.message.replaceAll('steps/', 'evals/') };
    return graded(end.value);
  },
};

function graded(value: Json): Scored {
  if (!isObject(value)) return why(scoreIn(value), 'the function says it is not so');
  const said = typeof value.why === 'string' ? value.why : 'the function says it is not so';
  return why(scoreIn(value.score as Json), said);
}

function why(scored: Scored, otherwise: string): Scored {
  return scored.score === 1 ? scored : { score: scored.score, why: scored.why ?? otherwise };
}
