import fs from 'node:fs';
import path from 'node:path';
import { reynIn } from '../cli/program.ts';
import { ofType } from '../project.ts';
import type { Row } from './cases.ts';
import { sendOp } from './ops.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { playOp } from './play.ts';
import { runLab, runSkill, turns } from './runs.ts';
import { attackSuite } from './suite.ts';

/** Questions that are put to a person in a minute. */
const AT_ONCE = 20;

const asking = (row: Row): Row => ({ ...row, setup: [...row.setup, { do: 'grant', ask: ['fs_write'] }] });
const writing = { kind: 'write_file', args: { path: 'out/x', content: 'x' } } as const;

attackSuite('approve', {
  AP12: {
    adjust: asking,
    play: async (lab) => {
      lab.config.separation_of_duties = true;
      lab.env.REYN_WHO = String(lab.row.input.by);
      const reyn = await lab.open();
      const asked = await sendOp(
        { ...lab, row: { ...lab.row, expected: { ...lab.row.expected, verdict: 'ask' } } },
        reyn,
        writing.kind,
        writing.args,
      );
      const [question] = reyn.inbox();
      if (question === undefined) return asked;
      let outcome: Outcome;
      try {
        await reyn.answer(question.id, 'allow');
        outcome = { verdicts: ['ok'], said: 'it was taken', prompt: '' };
      } catch (error) {
        outcome = refusalOf(error);
      }
      return { ...outcome, facts: { granted: fs.existsSync(path.join(lab.ws, 'out/x')) } };
    },
  },
  AP14: {
    adjust: asking,
    play: async (lab) => {
      const outcome = await sendOp(lab, await lab.open(), writing.kind, writing.args);
      return { ...outcome, facts: { 'treated as true': fs.existsSync(path.join(lab.ws, 'out/x')) } };
    },
  },
  AP17: async (lab) => {
    const ops = (turn: number) =>
      Array.from({ length: 40 }, (_, i) => ({ kind: 'write_file', args: { path: `out/${turn}-${i}`, content: 'x' } }));
    let asked = 0;
    const outcome = await runLab(lab, turns(ops(1), ops(2), ops(3)), {
      ask: async () => {
        asked++;
        return 'once';
      },
    });
    const paused = outcome.verdicts.includes('ask') && asked > 0;
    const facts = { 'over 20 prompts a minute': asked > AT_ONCE };
    return { ...outcome, verdicts: paused ? ['limit'] : outcome.verdicts, facts };
  },
  AP18: async (lab) => {
    const outcome = await playOp(lab);
    const { out } = await reynIn(lab.ws, ['inbox'], { env: lab.env });
    const tail = '; approve all';
    const hidden = !outcome.prompt.includes(tail) || !out.replace(/\s+/g, ' ').includes(tail);
    return { ...outcome, facts: { 'tail of the path hidden by truncation': hidden } };
  },
  AP19: async (lab) => {
    const { question } = lab.row.input;
    const outcome = await runLab(lab, turns([{ kind: 'ask_user', args: { question } }], [writing]), {
      ask: async ({ kind }) => (kind === 'question' ? 'yes' : undefined),
    });
    const answered = ofType(lab.events, 'intervention_answered').length === 1;
    const counted = fs.existsSync(path.join(lab.ws, 'out/x')) || !answered;
    return { ...outcome, facts: { 'answer to a skill question counted as a permission grant': counted } };
  },
  AP22: async (lab) => {
    const { OPENAI_API_KEY: key, ...rest } = lab.env;
    for (const name of Object.keys(lab.env)) delete lab.env[name];
    const { REYN_TRUST_PROJECT: _, ...untrusting } = rest;
    Object.assign(lab.env, untrusting, { OPENAI_API_KEY: key, REYN_API_KEY: key });
    lab.config.model = 'm';
    lab.config.base_url = `http://127.0.0.1:${lab.ears.second.port}/v1`;
    return runSkill(lab, 'lab');
  },
});
