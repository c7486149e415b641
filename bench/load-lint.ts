import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { openReyn } from '../src/reyn.ts';
import { type Contender, inFreshDir, measured, ratio, runProgram, takeSamples } from './harness.ts';
import { atMost, figures, type Section } from './table.ts';

/** What it costs to load and lint a thousand skill folders, compared with reading their files. */

const FILE = 'load-lint.ts';
const SKILLS = 1000;
const FLOOR = 'reading the files';
const COLD = 'load and lint';
const CACHED = 'load and lint, from the cache';

/** A skill as people write them: three phases, two artifacts, a guard and a carry. */
function skillNamed(name: string): Readonly<Record<string, string>> {
  const phase = (own: string, input: string, rest: string, text: string) =>
    `---\ntype: phase\nname: ${own}\ninput: ${input}\n${rest}---\n${text}\n`;
  return {
    'skill.md': `---
type: skill
name: ${name}
description: Writes a text of the kind ${name}, has it looked over and mends it.
entry: draft
final_output: piece
finish_criteria: [Nothing that matters is missing.]
permissions: { file: { read: [docs/**] } }
graph:
  draft: [review]
  review:
    - { to: revise, when: { visits.revise: { maximum: 2 } }, carry: { title: input.title } }
    - { to: end, carry: { title: input.title, body: input.body } }
  revise: [review]
---
What ${name} is for, told to a person.
`,
    'phases/draft.md': phase(
      'draft',
      'user_message',
      'allowed_ops: [read_file]\n',
      'Write a first version. Be short and exact.',
    ),
    'phases/review.md': phase('review', 'piece', 'allowed_ops: []\n', 'Look for what is wrong, missing or unclear.'),
    'phases/revise.md': phase(
      'revise',
      'change',
      'allowed_ops: []\n',
      'Mend what was found, and leave the rest alone.',
    ),
    'artifacts/piece.yaml': `name: piece
description: A text.
schema:
  type: object
  additionalProperties: false
  required: [title, body]
  properties:
    title: { type: string, maxLength: 120 }
    body: { type: string }
`,
    'artifacts/change.yaml': `name: change
description: What is to be mended.
schema:
  type: object
  additionalProperties: false
  required: [title, faults]
  properties:
    title: { type: string }
    faults: { type: array, items: { type: string } }
`,
  };
}

function writeTree(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(dir, path)), { recursive: true });
    fs.writeFileSync(join(dir, path), text);
  }
}

function writeProject(dir: string): void {
  writeTree(dir, { 'reyn.yaml': 'model: scripted\n' });
  fs.mkdirSync(join(dir, '.reyn')); // a project in which something was run: there the cache may lie
  for (let i = 0; i < SKILLS; i++) {
    const name = `skill_${String(i).padStart(4, '0')}`;
    writeTree(join(dir, 'reyn', 'project', name), skillNamed(name));
  }
}

function readAll(dir: string): number {
  return fs.readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(dir, entry.name);
    return sum + (entry.isDirectory() ? readAll(path) : fs.readFileSync(path, 'utf8').length);
  }, 0);
}

export async function loadLint(quick: boolean, say: (line: string) => void): Promise<Section> {
  return inFreshDir((dir) => {
    writeProject(dir);
    const run = (what: string) => runProgram(FILE, [what, dir]);
    const afresh = () => {
      fs.rmSync(join(dir, '.reyn', 'cache'), { recursive: true, force: true });
      return run('lint');
    };
    const contenders: readonly Contender[] = [
      { name: FLOOR, sample: () => run('read') },
      { name: COLD, sample: afresh },
      {
        name: CACHED,
        sample: () => {
          afresh();
          if (!fs.existsSync(join(dir, '.reyn', 'cache')))
            throw new Error('nothing was kept from one lint to the next');
          return run('lint');
        },
      },
    ];
    const samples = takeSamples(contenders, quick ? 3 : 11, say);
    const against = (name: string) => ratio(samples, name, FLOOR, 'ms');
    return {
      title: `Load and lint of ${SKILLS.toLocaleString('en-US')} skills`,
      about: ABOUT,
      header: ['', 'ms', '÷ reading'],
      rows: [FLOOR, COLD, CACHED].map((name) => [
        name,
        figures(measured(samples, name, 'ms')),
        name === FLOOR ? '1' : figures(against(name)),
      ]),
      aims: [
        atMost(`${COLD} ÷ ${FLOOR}`, against(COLD).median, 6),
        atMost(`${CACHED} ÷ ${FLOOR}`, against(CACHED).median, 1.5),
      ],
    };
  });
}

const ABOUT = `${SKILLS.toLocaleString('en-US')} folders of six files each: three phases, two artifacts, a guard, a carry. Each sample is a fresh process that has
loaded its code; the operating system has the files in memory. *From the cache* is a lint after
another process linted the same and nothing changed.`;

async function lintMs(dir: string): Promise<number> {
  const reyn = await openReyn({ root: dir, env: { REYN_TRUST_PROJECT: '1' } });
  const start = performance.now();
  const findings = reyn.skills.lint([]);
  const ms = performance.now() - start;
  const [first] = findings;
  if (first !== undefined) throw new Error(`${findings.length} findings, the first: ${first.file} ${first.message}`);
  await reyn.close();
  return ms;
}

function readMs(dir: string): number {
  const start = performance.now();
  readAll(join(dir, 'reyn', 'project'));
  return performance.now() - start;
}

if (import.meta.main) {
  const [what, dir = ''] = process.argv.slice(2);
  const ms = what === 'read' ? readMs(dir) : await lintMs(dir);
  console.log(JSON.stringify({ ms }));
}
