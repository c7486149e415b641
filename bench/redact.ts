import fs from 'node:fs';
import { join } from 'node:path';
import { SECRET_WORDS } from '../src/os/secrets/named.ts';
import { openRedactor } from '../src/os/secrets/redactor.ts';
import { TOKEN_RULES } from '../src/os/secrets/token-table.ts';
import { type Contender, measured, ratio, runProgram, takeSamples } from './harness.ts';
import { ROOT } from './machine.ts';
import { atMost, figures, type Section } from './table.ts';

/** What it costs to look a clean text through for secrets, compared with looking for the bare beginnings of them. */

const FILE = 'redact.ts';
const BYTES = 2_000_000;
const TIMES = 7;
const FLOOR = 'every beginning and word, by `includes`';
const RULES = 'redact';
const KNOWN = 'redact, 20 known values';
const STREAM = 'redact as a stream, 4 KB pieces';
const ARGS: Readonly<Record<string, string>> = {
  [FLOOR]: 'floor',
  [RULES]: 'rules',
  [KNOWN]: 'known',
  [STREAM]: 'stream',
};

export async function redact(quick: boolean, say: (line: string) => void): Promise<Section> {
  const contenders: Contender[] = Object.entries(ARGS).map(([name, what]) => {
    return { name, sample: () => runProgram(FILE, [what]) };
  });
  const samples = takeSamples(contenders, quick ? 3 : 11, say);
  return {
    title: 'Redaction of clean text',
    about: ABOUT,
    header: ['', 'ms of processor per MB', '÷ includes'],
    rows: Object.keys(ARGS).map((name) => [
      name,
      figures(measured(samples, name, 'ms')),
      name === FLOOR ? '1' : figures(ratio(samples, name, FLOOR, 'ms')),
    ]),
    aims: [
      atMost(`${RULES}, ms per MB`, measured(samples, RULES, 'ms').median, 20),
      atMost(`${RULES} ÷ ${FLOOR}`, ratio(samples, RULES, FLOOR, 'ms').median, 1),
    ],
  };
}

const ABOUT = `Prose, code and log lines in equal parts, ${BYTES / 1_000_000} MB, without a secret in them, already in memory; processor
time, the median of ${TIMES} passes after one to warm up. The floor asks of the same text for each beginning of a token and each word
of a secret's name whether it is in it, which says nothing of where or what.`;

/** Text as runs meet it. */
function mixed(): string {
  const files = (dir: string, ending: string) =>
    fs
      .readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => fs.readFileSync(join(ROOT, dir, name), 'utf8'))
      .join('\n');
  const filled = (text: string) => text.repeat(Math.ceil(BYTES / 3 / text.length)).slice(0, BYTES / 3);
  const line = (i: number) =>
    `2026-01-01T00:00:${String(i % 60).padStart(2, '0')}.000Z INFO request id=${i} path=/api/v1/items/${i * 7} status=200 ms=${i % 90}\n`;
  const log = Array.from({ length: BYTES / 3 / 90 }, (_, i) => line(i)).join('');
  const text = [files('docs', '.md'), files('src/os/kernel', '.ts'), log].map(filled).join('\n');
  return openRedactor({ known: [] }).text(text);
}

function known() {
  return Array.from({ length: 20 }, (_, i) => ({
    name: `KEY_${i}`,
    value: `value-${i}-${(i * 7_919_393).toString(36)}`,
  }));
}

function passes(text: string): () => unknown {
  const beginnings = [...TOKEN_RULES.flatMap(({ at }) => at), ...SECRET_WORDS].map((word) => `${word}\u0000`);
  const redactor = openRedactor({ known: process.argv[2] === 'known' ? known() : [] });
  if (process.argv[2] === 'floor') return () => beginnings.filter((word) => text.includes(word));
  if (process.argv[2] !== 'stream') return () => redactor.text(text);
  return () => {
    const stream = redactor.stream();
    let length = 0;
    for (let at = 0; at < text.length; at += 4096) length += stream.push(text.slice(at, at + 4096)).length;
    return length + stream.end().length;
  };
}

if (import.meta.main) {
  const text = Buffer.from(mixed()).toString('utf8');
  const pass = passes(text);
  pass();
  const took = Array.from({ length: TIMES }, () => {
    const start = process.cpuUsage();
    pass();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  const middle = took.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN;
  console.log(JSON.stringify({ ms: middle / (text.length / 1_000_000) }));
}
