import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunEvent } from '../../src/os/events/event.ts';
import { openReyn } from '../../src/reyn.ts';

/**
 * A project whose one run fans out: fifty branches, eight at a time, each a sub-run that writes a file and runs a
 * sub-run of its own, beside a branch that waits for a person.
 */
export type Family = { readonly root: string; remove(): void };

export const ITEMS = 50;

const SKILLS: Readonly<Record<string, { readonly md: string; readonly rules?: readonly object[] }>> = {
  gather: {
    md: `---
type: skill
name: gather
description: Gathers what each says.
artifacts:
  list: { items: "integer[]" }
  gathered: { type: object, properties: { items: {}, out: { type: object } }, required: [out] }
final_output: gathered
permissions: { skill: { run: [note, asks] }, file: { write: ["out/**"] } }
---
## phase: work

\`\`\`yaml
input: list
model_class: none
preprocessor:
  - type: parallel
    branches:
      all: { type: iterate, over: items, concurrency: 8, apply: { type: run_skill, skill: note, input: { n: "\${item}" } } }
      person: { type: run_skill, skill: asks, input: How many? }
    into: out
\`\`\`
`,
  },
  note: {
    md: `---
type: skill
name: note
description: Notes what the other says.
artifacts:
  number: { n: integer }
  noted: { type: object, properties: { n: {}, said: {} }, required: [said] }
final_output: noted
permissions: { skill: { run: [say] }, file: { write: ["out/**"] } }
---
## phase: work

\`\`\`yaml
input: number
model_class: none
preprocessor:
  - { type: run_skill, skill: say, input: "number \${n}", into: said }
  - { type: op, op: write_file, args: { path: "out/\${n}.txt", content: "\${said.text}" } }
\`\`\`
`,
  },
  say: {
    md: '---\ntype: skill\nname: say\ndescription: Says it.\nartifacts: { said: { text: string } }\n---\nSay it.\n',
    rules: [{ turn: { finish: { text: `said \${input.text}` }, delay_ms: 4 } }],
  },
  asks: {
    md: '---\ntype: skill\nname: asks\ndescription: Asks.\nartifacts: { said: { text: string } }\n---\n## phase: ask\n\n```yaml\nallowed_ops: [ask_user]\n```\n\nAsk.\n',
    rules: [
      { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: `\${input.text}` } }] } },
      { turn: { finish: { text: `\${results.0.answer}` } } },
    ],
  },
};

export const INPUT = JSON.stringify({ items: Array.from({ length: ITEMS }, (_, n) => n) });

export function makeFamily(): Family {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-family-'));
  for (const [name, { md, rules = [] }] of Object.entries(SKILLS)) {
    const dir = path.join(root, 'reyn/project', name);
    fs.mkdirSync(path.join(dir, 'evals'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'skill.md'), md);
    fs.writeFileSync(path.join(dir, 'evals/scripted.yaml'), JSON.stringify({ rules }));
  }
  fs.writeFileSync(
    path.join(root, 'reyn.yaml'),
    'model: scripted\npolicy: { allow: [{ need: file.write, resource: "out/**" }] }\n',
  );
  return { root, remove: () => fs.rmSync(root, { recursive: true, force: true }) };
}

/** What must hold of the finished run, however often it was killed: `undefined`, or what does not. */
export async function familyFault(root: string): Promise<string | undefined> {
  const reyn = await openReyn({ root, env: { HOME: root, REYN_TRUST_PROJECT: '1' } });
  try {
    const report = reyn.verify();
    if (!report.ok) return `the chain does not verify: ${JSON.stringify(report.problems).slice(0, 500)}`;
    const runs = reyn.runs.list({ limit: 1000 });
    const counts = Object.fromEntries(
      Object.keys(SKILLS).map((skill) => [skill, runs.filter((run) => run.skill === skill).length]),
    );
    const wanted = { gather: 1, note: ITEMS, say: ITEMS, asks: 1 };
    if (JSON.stringify(counts) !== JSON.stringify(wanted)) return `there are runs ${JSON.stringify(counts)}`;
    const unfinished = runs.filter(({ status }) => status !== 'finished');
    if (unfinished.length > 0) return `${unfinished.length} runs are not finished`;
    const top = runs.find(({ parent }) => parent === undefined);
    if (top === undefined) return 'there is no run at the top';
    const { outcome } = reyn.runs.show(top.run);
    const { out } = (outcome ?? { artifact: {} }).artifact as { out: { all: unknown[]; person: unknown } };
    const all = out.all.map((each) => (each as { said: { text: string } }).said.text);
    const expected = Array.from({ length: ITEMS }, (_, n) => `said number ${n}`);
    if (JSON.stringify(all) !== JSON.stringify(expected)) return `the results are ${JSON.stringify(all)}`;
    if (JSON.stringify(out.person) !== '{"text":"seven"}') return `the person said ${JSON.stringify(out.person)}`;
    const texts = expected.map((_, n) => fs.readFileSync(path.join(root, `out/${n}.txt`), 'utf8'));
    if (JSON.stringify(texts) !== JSON.stringify(expected)) return `the files are ${JSON.stringify(texts)}`;
    for (const { run } of runs) {
      const fault = twice(
        run,
        reyn.events.query({ run }).filter((event): event is RunEvent => event.run === run),
      );
      if (fault !== undefined) return fault;
    }
    const replayed = await reyn.replay(top.run);
    if (!replayed.identical) return `a replay differs: ${JSON.stringify(replayed.difference)}`;
    const { turns, ops } = top.spent;
    return turns === ITEMS + 2 && ops === ITEMS * 3 + 2 ? undefined : `it used ${turns} turns and ${ops} ops`;
  } finally {
    await reyn.close();
  }
}

/** Every op has one intent and one receipt. */
function twice(run: string, events: readonly RunEvent[]): string | undefined {
  for (const type of ['op_started', 'op_finished'] as const) {
    const steps = events.filter((event) => event.type === type).map((event) => event.step);
    if (new Set(steps).size !== steps.length) return `${type} twice in ${run}: ${steps.join(' ')}`;
  }
  return undefined;
}
