import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { reynIn } from '../cli/program.ts';
import { calls } from '../os/models/wire-server.ts';
import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { playOp } from './play.ts';
import { runOnWire } from './runs.ts';
import { attackSuite } from './suite.ts';
import { processesWith } from './watch.ts';

/** Shows a secret to a model in every way that context comes from: a file that is read, and the input. */
async function inContext(lab: Lab): Promise<Outcome> {
  lab.write('notes.txt', `the key is ${lab.key}\n`);
  const { outcome, server } = await runOnWire(
    lab,
    'tools',
    calls(['read_file', { path: 'notes.txt' }], ['grep_files', { pattern: 'the key' }]),
    calls(['finish', { artifact: { text: 'done' } }]),
  );
  expect(server.requests.length).toBe(2);
  const bodies = JSON.stringify(server.requests);
  expect(bodies).toContain('the key is');
  const redacted = outcome.verdicts.includes('ok') && bodies.includes('[secret:');
  return {
    ...outcome,
    verdicts: redacted ? ['redact'] : outcome.verdicts,
    facts: { 'key in the request body': bodies.includes(lab.key) },
  };
}

attackSuite('secret', {
  llm_request: inContext,
  SE03: async (lab) => {
    lab.config.api_key_env = undefined;
    const all = await Promise.all(
      [['config', 'show'], ['config', 'show', '--json'], ['doctor'], ['models', 'list']].map((argv) =>
        reynIn(lab.ws, argv, { env: lab.env }),
      ),
    );
    const [shown] = all;
    expect(shown?.exit, shown?.err).toBe(0);
    return { verdicts: ['ok'], said: all.map(({ out, err }) => out + err).join('\n'), prompt: '' };
  },
  SE06: async (lab) => {
    const outcome = await playOp(lab);
    const file = path.join(lab.ws, 'out/x');
    const written = fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(lab.key);
    return { ...outcome, facts: { 'known secret written to the workspace silently': written } };
  },
  SE08: {
    adjust: (row) => ({
      ...row,
      setup: [
        ...row.setup,
        { do: 'grant', exec: ['sleep'] },
        { do: 'env', name: 'OPENAI_API_KEY', value: '$CANARY_KEY' },
      ],
    }),
    play: async (lab) => {
      const reyn = await lab.open();
      let seen = 0;
      let shown = false;
      const timer = setInterval(() => {
        seen += processesWith(lab.mark).length;
        shown ||= processesWith(lab.key).length > 0;
      }, 10);
      const outcome = await sendOp(lab, reyn, 'sandboxed_exec', { argv: ['sleep', `0.3${lab.mark}`] });
      clearInterval(timer);
      expect(seen).toBeGreaterThan(0);
      return { ...outcome, facts: { 'key in any argv': shown } };
    },
  },
});
