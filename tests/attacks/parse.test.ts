import { expect } from 'vitest';
import { readConfig } from '../../src/os/config/read.ts';
import { UserError } from '../../src/os/errors.ts';
import type { Scene } from '../os/models/wire-server.ts';
import { ofType, onePhase } from '../project.ts';
import type { Lab } from './lab.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { runOnWire } from './runs.ts';
import { attackSuite } from './suite.ts';

/** Loads the skill of a row as runs do, and lints it as people do. */
async function load(lab: Lab): Promise<Outcome> {
  const reyn = await lab.open();
  try {
    const findings = reyn.skills.lint(['s']);
    const skill = reyn.skills.load('s');
    return { verdicts: ['ok'], said: JSON.stringify([findings, skill.description]), prompt: '' };
  } catch (error) {
    return refusalOf(error);
  }
}

/** Reads the text of a row as configuration, as often as the row says. */
async function configure(lab: Lab): Promise<Outcome> {
  const { text, times = 1 } = lab.row.input as { text: string; times?: number };
  lab.write('reyn.yaml', text);
  const outcomes = Array.from({ length: times }, () => {
    try {
      readConfig({ root: lab.ws, env: lab.env });
      return { verdicts: ['ok'], said: '', prompt: '' };
    } catch (error) {
      return refusalOf(error);
    }
  });
  const [first] = outcomes as [Outcome];
  expect(new Set(outcomes.map(({ said }) => said)).size, 'it is refused alike each time').toBe(1);
  return first;
}

/** What is sent to a model that answers with very bytes: one piece of text, then the end. */
function saysBytes(bytes: Buffer): Scene {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const quoted = Buffer.from(bytes.toString('latin1').replaceAll('"', '\\"'), 'latin1');
    response.write('data: {"id":"c1","choices":[{"index":0,"delta":{"content":"');
    response.write(quoted);
    response.write('"},"finish_reason":null}]}\n\n');
    response.end('data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  };
}

/** A model, reached over HTTP, answers with the text of a row. */
async function answer(lab: Lab): Promise<Outcome> {
  const { text, bytes_hex: hex } = lab.row.input as { text?: string; bytes_hex?: string };
  // the sample's bytes are well-formed; one more is not
  const bytes = hex === undefined ? Buffer.from(text ?? '') : Buffer.from(`${hex}ff`, 'hex');
  lab.config.limits = { max_repairs: 0 };
  const { outcome, server } = await runOnWire(lab, 'json', saysBytes(bytes));
  const refused = ofType(lab.events, 'validation_error');
  expect(server.requests.length).toBeGreaterThan(0);
  expect(refused.length, outcome.said).toBeGreaterThan(0);
  expect(ofType(lab.events, 'op_started')).toEqual([]);
  return { ...outcome, facts: { 'approved treated as true': ofType(lab.events, 'turn_acted').length > 0 } };
}

attackSuite('parse', {
  load_skill: load,
  load_config: configure,
  llm_output: answer,
  PS11: async (lab) => {
    const whole = onePhase('s', 'artifacts: { done: { text: string } }', 'final_output: done');
    lab.write('reyn/project/s/skill.md', whole); // that of the row is none
    const reyn = await lab.open();
    const first = reyn.skills.load('s') as { -readonly [K in keyof ReturnType<typeof reyn.skills.load>]: unknown };
    try {
      first.description = 'changed';
      (first.permissions as { exec: unknown[] }).exec.push(['sh', '**']);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it cannot be changed at all
    }
    const { description, permissions } = reyn.skills.load('s');
    const seen = description !== 'A skill of the tests.' || permissions.exec.length > 0;
    return { verdicts: ['ok'], said: description, prompt: '', facts: { 'mutation seen in the second load': seen } };
  },
  PS12: async (lab) => {
    const outcome = await load(lab);
    // what was refused is not there, so that nobody can write it out
    return { ...outcome, facts: { 'any later JSON.stringify of it': outcome.verdicts.includes('ok') } };
  },
  PS30: async (lab) => {
    const outcome = await answer(lab);
    expect(outcome.verdicts).toContain('invalid');
    expect(() => JSON.stringify(lab.events)).not.toThrow(UserError);
    return outcome;
  },
});
