import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asker } from '../../src/cli/ask.ts';
import type { PendingIntervention } from '../../src/os/runs/outcome.ts';
import { ioWith } from './surroundings.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reyn-ask-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

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
  const person = asker(io, screen, root, new AbortController().signal);
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
    const person = asker({ ...io, stdin: silent }, screen, root, stop.signal);
    const answer = person.ask(asked());
    setImmediate(() => stop.abort());
    expect(await answer).toBeUndefined();
    person.close();
  });
});

describe('a question about a write', () => {
  const about = (args: object, resource = 'notes.md') => ({ need: 'file.write', resource, op: 'any', args }) as never;
  beforeEach(() => writeFileSync(join(root, 'notes.md'), 'one\ntwo\nthree\n'));

  it.each([
    ['a whole new content', { path: 'notes.md', content: 'one\n2\nthree\n' }, '-two\n+2\n'],
    [
      'replaced parts',
      {
        path: 'notes.md',
        edits: [
          { find: 'tw', replace: 'TW' },
          { find: 'TWo', replace: '2' },
        ],
      },
      '-two\n+2\n',
    ],
    ['a removal', { path: 'notes.md' }, '-one\n-two\n-three\n'],
  ])('shows %s as a diff', async (_, args, diff) => {
    const { shown } = await answers('y\n', asked({ about: about(args) }));
    expect(shown).toContain(diff);
  });

  it('shows a new file as all new, and no control characters', async () => {
    const { shown } = await answers(
      'y\n',
      asked({ about: about({ path: 'new.md', content: 'a\u001b[2Jb\n' }, 'new.md') }),
    );
    expect(shown).toContain('+a\uFFFD[2Jb\n');
  });

  it('cuts a long diff', async () => {
    const content = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join('');
    const { shown } = await answers('y\n', asked({ about: about({ path: 'long.md', content }, 'long.md') }));
    expect(shown).toContain('… 421 more lines');
  });

  it('shows none for what it does not understand', async () => {
    const { shown } = await answers('y\n', asked({ about: about({ path: 'notes.md', how: 'backwards' }) }));
    expect(shown).not.toContain('-one');
  });
});
