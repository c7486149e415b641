import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBook, searchEvents } from '../../src/learning/search/book.ts';
import { ENGINES_BY_NAME } from '../../src/learning/search/engines.ts';
import { hashOf } from '../../src/learning/search/server.ts';
import { layoutOf } from '../../src/os/events/layout.ts';
import { ended, onlyRun, start } from './ledger.ts';

/** Every how many durable steps of the search one is the last before a kill: few in every test run, 1 = each. */
const STRIDE = Number(process.env.REYN_CRASH_STRIDE ?? 60);
const CALLS = 200;
const EXAMPLE = 'reyn/project/support_reply';

function makeProject(): string {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-search-'));
  const dir = path.join(root, EXAMPLE);
  fs.mkdirSync(path.join(dir, 'evals'), { recursive: true });
  for (const file of ['skill.md', 'evals/world.yaml']) fs.copyFileSync(path.join(EXAMPLE, file), path.join(dir, file));
  const cases = fs.readFileSync(path.join(EXAMPLE, 'evals/cases.jsonl'), 'utf8').split('\n').slice(0, 20);
  fs.writeFileSync(path.join(dir, 'evals/cases.jsonl'), cases.join('\n'));
  fs.writeFileSync(path.join(root, 'reyn.yaml'), `model: world\nself_improvement: { budget: { calls: ${CALLS} } }\n`);
  return root;
}

const RUN = ['run', 'skill_improver', JSON.stringify({ skill: 'support_reply', max_iterations: 4 })];

/** The one search of a project, when there is one. */
function searchIn(root: string): string | undefined {
  const dir = path.join(root, '.reyn/evals');
  return fs.existsSync(dir) ? fs.readdirSync(dir)[0] : undefined;
}

/** Lines that are durable in the log of the search. */
function linesIn(root: string): number {
  const search = searchIn(root);
  if (search === undefined) return 0;
  const { log } = layoutOf(path.join(root, '.reyn/evals', search));
  const files = fs.existsSync(log) ? fs.readdirSync(log).filter((file) => file.endsWith('.jsonl')) : [];
  return files.reduce((sum, file) => sum + fs.readFileSync(path.join(log, file), 'utf8').split('\n').length - 1, 0);
}

/** Runs it, or goes on with it, until it is done or its search has so many lines; whether it is done. */
async function live(root: string, lines = Number.POSITIVE_INFINITY): Promise<boolean> {
  const run = onlyRun(root);
  const child = start(root, run === undefined ? RUN : ['resume', run]);
  const watch = setInterval(() => {
    if (linesIn(root) >= lines) child.kill('SIGKILL');
  }, 2);
  const end = await ended(child);
  clearInterval(watch);
  expect([0, 3, null], end.err).toContain(end.code);
  return end.code !== null;
}

/** Where the search came to. */
function resultIn(root: string) {
  const search = searchIn(root);
  if (search === undefined) throw new Error('there is no search');
  const book = readBook(searchEvents(root, search), (name) => ENGINES_BY_NAME[name as 'race']);
  const { calls } = book.mark.spent;
  expect(calls).toBeLessThanOrEqual(book.settings.calls);
  const packs = [...book.candidates.values()].map(({ pack }) => pack);
  return { hash: hashOf(book.mark), calls, packs };
}

describe('a search that is killed', () => {
  it(`comes to the same state, and runs nothing twice, killed after every ${STRIDE}th step of it`, {
    timeout: 900_000,
  }, async () => {
    const roots = [makeProject()];
    const [whole = ''] = roots;
    try {
      await live(whole);
      const wanted = resultIn(whole);
      expect(wanted.calls).toBeGreaterThan(20);
      const killed = makeProject();
      roots.push(killed);
      let kills = 0;
      for (let lines = 1; lines < linesIn(whole); lines += STRIDE) {
        if (await live(killed, Math.max(lines, linesIn(killed) + 1))) break;
        kills += 1;
      }
      await live(killed);
      expect(kills).toBeGreaterThan(0);
      expect(resultIn(killed)).toEqual(wanted);
    } finally {
      for (const root of roots) fs.rmSync(root, { recursive: true, force: true });
    }
  });
});
