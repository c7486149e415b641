import { nearest } from '../../os/suggest.ts';
import type { Check } from './case.ts';
import { readCheck } from './check-form.ts';
import type { EvalFlaw } from './flaw.ts';
import { fenceAt, isData, type Line } from './md-lines.ts';
import { type PlacedYaml, placedYaml } from './placed-yaml.ts';
import type { Known } from './scorers/scorer.ts';

const WORDS = ['required', 'aspirational'];

/** What is looked at by the criteria below one heading. */
export type Part = {
  readonly name: string;
  readonly of: Check['of'];
  readonly lines: readonly Line[];
  readonly known: Known;
};

type Reading = { readonly part: Part; readonly file: string; readonly flaws: EvalFlaw[] };

/**
 * Reads criteria: bullets. Below a bullet stands what measures it, as bullets of YAML or a fenced `yaml` block; a bullet
 * with nothing below is judged by a model. A fenced block beside the bullets holds checks in the form of JSONL files.
 * @returns a list with `undefined` for every criterion that has a flaw.
 */
export function readCriteria(part: Part, file: string, flaws: EvalFlaw[]): (Check | undefined)[] {
  const reading = { part, file, flaws };
  const { lines } = part;
  const checks: (Check | undefined)[] = [];
  let nth = 0;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const block = fenceAt(lines, at);
    if (block !== undefined) {
      const name = `${part.name} ${++nth}`;
      checks.push(...machineChecks(reading, placedBlock(reading, block), { name, required: true }));
      at = block.next;
    } else if (line !== undefined && /^[-*] /.test(line.text)) {
      const from = at++;
      while (at < lines.length && isInside(lines[at])) at++;
      checks.push(...readBullet(reading, lines.slice(from, at), `${part.name} ${++nth}`));
    } else {
      if (line !== undefined && line.text.trim() !== '') {
        checks.push(
          refuse(
            reading,
            line,
            'This line is no criterion.',
            'Begin it with "- ", or indent it below the one it belongs to.',
          ),
        );
      }
      at++;
    }
  }
  return checks;
}

function isInside(line: Line | undefined): boolean {
  return line !== undefined && (line.text.trim() === '' || /^\s/.test(line.text));
}

function refuse({ file, flaws }: Reading, { no }: Line, message: string, fix: string): undefined {
  flaws.push({ file, line: no, column: 1, message, fix });
}

function readBullet(reading: Reading, lines: readonly Line[], name: string): (Check | undefined)[] {
  const [first] = lines;
  if (first === undefined) return [];
  const below = lines.findIndex((line, i) => i > 0 && (line.code || /^\s+-\s/.test(line.text)));
  const own = below === -1 ? lines : lines.slice(0, below);
  const said = own
    .map(({ text }) => text.trim())
    .join(' ')
    .slice(2)
    .trim();
  const marked = /^\[([^\]]*)\](?!\()\s*(.*)$/.exec(said);
  const word = marked?.[1]?.trim().toLowerCase() ?? 'required';
  if (!WORDS.includes(word)) {
    const near = nearest(word, WORDS);
    return [
      refuse(
        reading,
        first,
        `A criterion is no "[${word}]".`,
        near === undefined ? 'Write [required] or [aspirational].' : `Write [${near}].`,
      ),
    ];
  }
  const text = marked?.[2] ?? said;
  if (text === '')
    return [refuse(reading, first, 'This criterion says nothing.', 'Say in a sentence what is to be so.')];
  const required = word === 'required';
  const { of } = reading.part;
  if (below === -1) return [{ id: name, scorer: 'judge', of, required, text, args: {} }];
  return machineChecks(reading, measures(reading, lines.slice(below)), { name, required, text });
}

/** What stands below a bullet. */
function measures(reading: Reading, lines: readonly Line[]): PlacedYaml | undefined {
  const block = fenceAt(lines, 0);
  if (block === undefined) {
    const text = lines
      .map((line) => line.text)
      .join('\n')
      .trimEnd();
    return placedYaml(text, reading.file, lines[0]?.no ?? 0, reading.flaws);
  }
  const more = lines.slice(block.next).find(({ text }) => text.trim() !== '');
  if (more !== undefined)
    return refuse(reading, more, 'Behind the fenced block nothing more is read.', 'Put it into the block.');
  return placedBlock(reading, block);
}

function placedBlock(reading: Reading, block: NonNullable<ReturnType<typeof fenceAt>>): PlacedYaml | undefined {
  if (isData(block)) return placedYaml(block.text, reading.file, block.line, reading.flaws);
  const at = { text: '', no: block.line - 1, code: true };
  return refuse(reading, at, 'Among criteria a fenced block holds checks.', 'Mark it as ```yaml.');
}

type Named = { readonly name: string; readonly required: boolean; readonly text?: string };

function machineChecks(
  { part, flaws }: Reading,
  placed: PlacedYaml | undefined,
  { name, ...rest }: Named,
): (Check | undefined)[] {
  if (placed === undefined) return [undefined];
  const { value, complain } = placed;
  const { of, known } = part;
  if (!Array.isArray(value)) return [readCheck(value, [], { id: name, of, known, ...rest }, complain)];
  const before = flaws.length;
  if (value.length === 0) complain([], 'There is no check here.', 'Write one, or take the block out.');
  if (flaws.length > before) return [undefined];
  const site = (i: number) => ({ id: i === 0 ? name : `${name}.${i + 1}`, of, known, ...rest });
  return value.map((one, i) => readCheck(one, [i], site(i), complain));
}
