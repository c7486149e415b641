import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { asker } from '../../src/cli/ask.ts';
import type { PendingIntervention } from '../../src/os/runs/outcome.ts';
import { ioWith } from './surroundings.ts';

const asked = (rest: Partial<PendingIntervention> = {}): PendingIntervention => ({
  id: 'q7',
  run: 'r1',
  root: 'r1',
  skill: 's',
  kind: 'question',
  text: 'Which one?',
  digest: 'd',
  opened: '',
  ...rest,
});
const screen = { json: false, quiet: false, debug: false, color: { out: false, err: false } };

/** Answers to the questions, given what is typed. */
async function answers(typed: string, ...questions: PendingIntervention[]) {
  const { io, captured } = ioWith({ stdin: typed });
  const person = asker(io, screen, new AbortController().signal);
  const given: (string | undefined)[] = [];
  for (const question of questions) given.push(await person.ask(question));
  person.close();
  return { given, shown: captured.err };
}

describe('asking a person', () => {
  const choice = asked({ choices: ['allow', 'deny', 'always'], default: 'deny' });

  it.each([
    ['allow', 'allow'],
    ['DENY', 'deny'],
    ['2', 'deny'],
    ['d', 'deny'],
    ['alw', 'always'],
    ['', 'deny'],
  ])('takes %j for %s', async (typed, meant) => {
    expect((await answers(`${typed}\n`, choice)).given).toEqual([meant]);
  });

  it('asks again when the answer is none of the choices, or could be two of them', async () => {
    const { given, shown } = await answers('maybe\n9\nal\n3\n', choice);
    expect(given).toEqual(['always']);
    expect(shown.match(/Type one of: allow, deny, always/g)).toHaveLength(3);
  });

  it('gives one line to each question, in order', async () => {
    expect((await answers('first\nsecond\n', asked(), asked())).given).toEqual(['first', 'second']);
  });

  it('takes an empty line for no answer yet where there is no default', async () => {
    expect((await answers('\n\nblue\n', asked())).given).toEqual(['blue']);
  });

  it('gives nothing at the end of input, now and later', async () => {
    expect((await answers('one\n', asked(), asked(), asked())).given).toEqual(['one', undefined, undefined]);
  });

  it('gives nothing when the run is stopped meanwhile', async () => {
    const { io } = ioWith();
    const silent = { isTTY: false, open: () => new PassThrough() };
    const stop = new AbortController();
    const person = asker({ ...io, stdin: silent }, screen, stop.signal);
    const answer = person.ask(asked());
    setImmediate(() => stop.abort());
    expect(await answer).toBeUndefined();
    person.close();
  });
});

describe('a question about a permission', () => {
  const about = (rest: object) =>
    ({ need: 'file.write', resource: 'notes.md', op: 'write_file', skill: 's', phase: 'p', ...rest }) as never;
  const patch = (...lines: string[]) => `--- notes.md\n+++ notes.md\n@@ -1,3 +1,3 @@\n${lines.join('\n')}\n`;
  const shownFor = async (rest: object) => {
    const question = asked({ kind: 'permission', choices: ['allow', 'once', 'deny'], about: about(rest) });
    return (await answers('once\n', question)).shown;
  };

  it('says which skill, phase and op want which resource, whole', async () => {
    const resource = `${'a/'.repeat(200)}end.md`;
    const shown = await shownFor({ resource });
    expect(shown).toContain('skill    s\n');
    expect(shown).toContain('phase    p\n');
    expect(shown).toContain('op       write_file\n');
    expect(shown).toContain(`resource ${resource}\n`);
  });

  it('says how far each answer reaches', async () => {
    expect(await shownFor({})).toMatch(/1 {2}allow {2}for the rest of this run\n {2}2 {2}once {3}for this once\n/);
  });

  it('shows what a write would change, without control characters', async () => {
    const shown = await shownFor({ diff: patch(' one', '-two', '+2\u001b[2J', ' three') });
    expect(shown).toContain('-two\n+2\uFFFD[2J\n');
    expect(shown).not.toContain('--- notes.md');
  });

  it('cuts a long diff and says so', async () => {
    const shown = await shownFor({ diff: patch(...Array.from({ length: 500 }, (_, i) => `+line ${i}`)) });
    expect(shown).toContain('… 421 more lines');
  });

  it('says why a change cannot be shown', async () => {
    expect(await shownFor({ unseen: 'It is not text.' })).toContain('cannot be shown: It is not text.');
  });
});
