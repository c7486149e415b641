import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EvalReport } from '../../src/api.ts';
import { rowsIn } from '../../src/learning/evals/rows.ts';
import { sessionDir } from '../../src/learning/evals/session-deps.ts';
import { readSessionEvents } from '../../src/learning/evals/session-events.ts';
import { openReyn } from '../../src/reyn.ts';
import { ended, start } from './ledger.ts';

/** How many evaluations are killed: few in every test run, more when somebody asks for it. */
const ROUNDS = Number(process.env.REYN_CRASH_ROUNDS ?? 3);
const CASES = 60;
const DELAY = 20;

function makeProject(): string {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-eval-'));
  const dir = path.join(root, 'reyn/project/say');
  fs.mkdirSync(path.join(dir, 'evals'), { recursive: true });
  fs.writeFileSync(
    path.join(dir, 'skill.md'),
    '---\ntype: skill\nname: say\ndescription: Says it.\nartifacts: { words: { text: string } }\n---\nSay it.\n',
  );
  const turn = { finish: { text: '$' + '{input.text}' }, delay_ms: DELAY };
  fs.writeFileSync(path.join(dir, 'evals/scripted.yaml'), JSON.stringify({ rules: [{ turn }] }));
  fs.writeFileSync(path.join(root, 'reyn.yaml'), 'model: scripted\neval: { concurrency: 4 }\n');
  const lines = Array.from({ length: CASES }, (_, i) =>
    JSON.stringify({ id: `c${i}`, input: `w ${i}`, checks: [{ contains: String(i) }] }),
  );
  fs.writeFileSync(path.join(root, 'cases.jsonl'), lines.join('\n'));
  return root;
}

const RUN = ['eval', 'run', 'say', '--dataset', 'cases.jsonl', '--reporter', 'json'];

describe('an evaluation that is killed', () => {
  it(`goes on where it was, with nothing lost or run again, killed ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * 20_000,
  }, async () => {
    const root = makeProject();
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const child = start(root, RUN);
        const end = ended(child);
        setTimeout(() => child.kill('SIGKILL'), 250 + Math.random() * 400);
        await end;
      }
      const before = scoredIn(root);
      const last = await ended(start(root, RUN));
      expect(last.code, last.err).toBe(0);
      const [report] = await reports(root);
      expect(report?.score).toBe(1);
      expect(report?.cases.map(({ rows }) => rows.length)).toEqual(Array.from({ length: CASES }, () => 1));
      expect(report?.cached).toBe(new Set(before.map(({ key }) => key)).size);
      // a row that was durable is taken over, by whichever evaluation came next
      const ran = scoredIn(root).filter(({ from }) => from === undefined);
      expect(new Set(ran.map(({ key }) => key)).size).toBe(ran.length);
      expect(ran).toHaveLength(CASES);
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });
});

/** Rows of all sessions. */
function scoredIn(root: string) {
  const dir = path.join(root, '.reyn/evals');
  const ids = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
  return ids.flatMap((id) =>
    fs.existsSync(path.join(dir, id, '.reyn', 'log')) ? rowsIn(readSessionEvents(sessionDir(root, id, false), id)) : [],
  );
}

async function reports(root: string): Promise<readonly EvalReport[]> {
  const reyn = await openReyn({ root, env: { HOME: root, REYN_TRUST_PROJECT: '1' } });
  const all = reyn.evals.list().map(({ id }) => reyn.evals.get(id));
  await reyn.close();
  return all;
}
