import type { Json } from '../../os/json.ts';
import { placeOf, readYaml, sentenceOf } from '../../os/yaml.ts';
import type { Complain, EvalFlaw } from './flaw.ts';

/** YAML that stands somewhere in a file. */
export type PlacedYaml = { readonly value: Json; readonly complain: Complain };

/**
 * Reads YAML whose first line is on line `line` of its file.
 * @returns `undefined` after its flaws were added.
 */
export function placedYaml(text: string, file: string, line: number, flaws: EvalFlaw[]): PlacedYaml | undefined {
  const read = readYaml(text);
  if (!read.ok) {
    for (const problem of read.problems) {
      const fix = 'Check quotes, brackets and indentation here; quote text that holds ": " or " #".';
      flaws.push({ file, line: line + problem.line - 1, column: problem.column, message: sentenceOf(problem), fix });
    }
    return undefined;
  }
  const { source } = read;
  return {
    value: source.value ?? null,
    complain: (path, message, fix) => {
      const spot = placeOf(source, path);
      flaws.push({ file, line: line + spot.line - 1, column: spot.column, message, fix });
    },
  };
}
