import { parseJson } from '../../os/json.ts';
import { placeOf, readYaml } from '../../os/yaml.ts';
import type { KeyPath, Spot } from '../../os/yaml-places.ts';
import type { EvalCase } from './case.ts';
import { readCase } from './case-form.ts';
import type { EvalFlaw } from './flaw.ts';

/** Bytes of one line, at most. */
export const MAX_LINE = 1024 * 1024;
/** Flaws of one file are told up to so many. */
const MAX_FLAWS = 50;

export type CasesRead = { readonly cases: readonly EvalCase[]; readonly flaws: readonly EvalFlaw[] };

/** Reads cases from JSON lines: one case on each line, empty lines left out. Never throws. */
export function readJsonl(text: string, file: string, modules: readonly string[]): CasesRead {
  const cases: EvalCase[] = [];
  const flaws: EvalFlaw[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    if (flaws.length >= MAX_FLAWS) break;
    if (raw.trim() === '') continue;
    const add = (column: number, message: string, fix: string) => void flaws.push({ file, line, column, message, fix });
    if (raw.length > MAX_LINE || Buffer.byteLength(raw) > MAX_LINE) {
      add(1, `This line is larger than ${MAX_LINE / 1024} KB.`, 'Make the case smaller.');
      continue;
    }
    const parsed = parseJson(raw);
    if (!parsed.ok) {
      const message = `This line is not JSON: ${parsed.message}.`;
      add(columnOf(parsed.message, raw), message, 'Write one case as JSON on each line.');
      continue;
    }
    const found = readCase(parsed.value, { where: { file, line }, modules }, (path, message, fix) =>
      add(spotIn(raw, path).column, message, fix),
    );
    if (found !== undefined) cases.push(found);
  }
  return { cases, flaws };
}

/** Column that the message of a parser is about; 1 where it does not say. */
function columnOf(message: string, line: string): number {
  const at = /position (\d+)/.exec(message)?.[1];
  if (at !== undefined) return Number(at) + 1;
  return message.includes('end of JSON') ? line.trimEnd().length + 1 : 1;
}

/** Place of a key in a line: JSON is YAML, whose reader knows places. */
function spotIn(line: string, path: KeyPath): Spot {
  const read = readYaml(line);
  return read.ok ? placeOf(read.source, path) : { line: 1, column: 1 };
}
