import Type from 'typebox';
import { type Json, type JsonObject, parseJson } from '../../os/json.ts';
import { nearest } from '../../os/suggest.ts';
import { CASE_KEYS } from './case-form.ts';
import { type EvalFlaw, fitsForm } from './flaw.ts';
import { fenceAt, isData, type Line } from './md-lines.ts';
import { placedYaml } from './placed-yaml.ts';

/** Lines `name: value` between the heading of a case and its first criteria. */
const FIELDS = ['input', ...Object.keys(CASE_KEYS)];
const FIELD = /^([A-Za-z_]+):(?:\s(.*))?$/;
const FORM = Type.Object(CASE_KEYS, { additionalProperties: false });

type Field = { readonly name: string; readonly lines: readonly Line[] };

/** Reads the fields of a case. @returns what could be read; the rest is in `flaws`. */
export function readFields(lines: readonly Line[], file: string, flaws: EvalFlaw[]): JsonObject {
  const found: Record<string, Json> = {};
  for (const field of split(lines, file, flaws)) {
    const { name, lines: own } = field;
    const line = own[0]?.no ?? 0;
    if (Object.hasOwn(found, name)) {
      flaws.push({ file, line, column: 1, message: `"${name}" stands here twice.`, fix: 'Keep one of the two.' });
      continue;
    }
    const value =
      name === 'input' || name === 'expected' ? readMaterial(field, file, flaws) : readSetting(field, file, flaws);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function split(lines: readonly Line[], file: string, flaws: EvalFlaw[]): readonly Field[] {
  const fields: { name: string; lines: Line[] }[] = [];
  for (const line of lines) {
    const word = line.code ? undefined : FIELD.exec(line.text)?.[1];
    const current = fields.at(-1);
    if (word !== undefined && FIELDS.includes(word)) fields.push({ name: word, lines: [line] });
    else if (word !== undefined && nearest(word, FIELDS) !== undefined) {
      const fix = `Write "${nearest(word, FIELDS)}:"; text that has such a line stands in a fenced block.`;
      flaws.push({ file, line: line.no, column: 1, message: `There is no field "${word}".`, fix });
    } else if (current !== undefined) current.lines.push(line);
    else if (line.text.trim() !== '') {
      const fix = `Begin with a line "input: …"; fields are ${FIELDS.join(', ')}.`;
      flaws.push({ file, line: line.no, column: 1, message: 'This line belongs to no field.', fix });
      return fields;
    }
  }
  return fields;
}

/** A setting is YAML. */
function readSetting({ name, lines }: Field, file: string, flaws: EvalFlaw[]): Json | undefined {
  const read = placedYaml(lines.map(({ text }) => text).join('\n'), file, lines[0]?.no ?? 0, flaws);
  if (read === undefined || !fitsForm(FORM, read.value, read.complain)) return undefined;
  return (read.value as JsonObject)[name];
}

/** Input or expectation: text, or a value as a block of JSON or YAML. */
function readMaterial({ name, lines }: Field, file: string, flaws: EvalFlaw[]): Json | undefined {
  const [first, ...rest] = lines;
  const line = first?.no ?? 0;
  const inline = FIELD.exec(first?.text ?? '')?.[2]?.trim() ?? '';
  const from = rest.findIndex(({ text }) => text.trim() !== '');
  const refuse = (at: number, message: string, fix: string) =>
    void flaws.push({ file, line: at, column: 1, message, fix });
  if (inline !== '') {
    return plain([inline, ...rest.map(({ text }) => text)].join('\n').trim(), name, (message, fix) =>
      refuse(line, message, fix),
    );
  }
  if (from === -1) return void refuse(line, `"${name}" is empty.`, 'Write text behind it, or a fenced block below.');
  const block = fenceAt(rest, from);
  if (block !== undefined) {
    const more = rest.slice(block.next).find(({ text }) => text.trim() !== '');
    if (more !== undefined)
      return void refuse(more.no, 'Behind the fenced block nothing more is read.', 'Put it into the block.');
    if (!isData(block)) return block.text;
    return placedYaml(block.text, file, block.line, flaws)?.value;
  }
  const own = rest.slice(from);
  const isIndented = own.every(({ text }) => text.trim() === '' || /^ {2,}/.test(text));
  const text = own.map((one) => one.text).join('\n');
  if (isIndented) return placedYaml(text.trimEnd(), file, own[0]?.no ?? line, flaws)?.value;
  return plain(text.trim(), name, (message, fix) => refuse(own[0]?.no ?? line, message, fix));
}

/** Text that stands there as it is. What is JSON is a value: of an input mappings and lists, of an expectation all. */
function plain(text: string, name: string, refuse: (message: string, fix: string) => void): Json | undefined {
  const parsed = parseJson(text);
  if (parsed.ok && (name === 'expected' || (typeof parsed.value === 'object' && parsed.value !== null)))
    return parsed.value;
  if (!parsed.ok && text.startsWith('{')) {
    return void refuse(
      `This begins like JSON and is none: ${parsed.message}.`,
      'Correct it; as text put it into a fenced block: ```text',
    );
  }
  return text;
}
