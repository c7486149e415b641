import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EvalSet } from '../../../src/learning/evals/case.ts';
import { readEvalSet } from '../../../src/learning/evals/read-eval-set.ts';

/** Lays files out as the folder of a skill, by path, for `body`, and removes them afterwards. */
export function inSkill<T>(files: Readonly<Record<string, string>>, body: (dir: string) => T): T {
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-evals-'));
  const remove = () => fs.rmSync(dir, { recursive: true, force: true });
  let later = false;
  try {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      fs.writeFileSync(path.join(dir, file), text);
    }
    const made = body(dir);
    if (made instanceof Promise) {
      later = true;
      return made.finally(remove) as T;
    }
    return made;
  } finally {
    if (!later) remove();
  }
}

/** The set that these files are. */
export function setOf(files: Readonly<Record<string, string>>, skill = 'demo'): EvalSet {
  return inSkill(files, (dir) => readEvalSet(dir, skill));
}

/** eval.md of the skill `demo` with this body. */
export function evalMd(body: string, ...front: readonly string[]): string {
  return `---\n${['type: eval', 'skill: demo', ...front].join('\n')}\n---\n${body}`;
}

/** JSON lines. */
export function lines(...cases: readonly object[]): string {
  return cases.map((one) => `${JSON.stringify(one)}\n`).join('');
}
