import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserError } from '../../../src/os/errors.ts';
import { exampleOf } from '../../../src/os/runs/example.ts';
import { compileSchema } from '../../../src/os/schema.ts';
import { inProject, ofType, onePhase, openProject, phase, phases } from '../../project.ts';

const TYPES = [
  'artifacts:',
  '  order: { item: string, count: "number 0..9" }',
  '  note: { text: string, tags: "string[]?" }',
  '  anything: { type: array }',
  '  names: { type: array, items: { type: string } }',
];
const rules = [{ turn: { finish: { text: 'done' } } }];
const entry = (name: string, input: string) => ({
  md: phases(name, [...TYPES, `entry: ${name}`, 'final_output: note'], phase(name, `input: ${input}`)),
  rules,
});

describe('the input of a run', () => {
  let project: Awaited<ReturnType<typeof openProject>>;
  beforeAll(async () => {
    project = await openProject({
      skills: {
        message: entry('message', 'user_message'),
        either: entry('either', 'user_message | order'),
        order: entry('order', 'order'),
        note: entry('note', 'note'),
        two: entry('two', 'user_message | note'),
        list: entry('list', 'names'),
        open: entry('open', 'anything'),
      },
    });
  });
  afterAll(() => project.remove());

  const began = async (skill: string, input: Parameters<typeof project.reyn.run>[1]) => {
    const { run } = await project.reyn.run(skill, input);
    return ofType(project.events(run), 'run_skill_started')[0]?.data.input;
  };
  const refused = async (skill: string, input: Parameters<typeof project.reyn.run>[1]): Promise<UserError> => {
    const runs = project.reyn.runs.list().length;
    const error = await project.reyn.run(skill, input).then(
      () => {
        throw new Error('the input was taken');
      },
      (reason: UserError) => reason,
    );
    expect(error).toMatchObject({ code: 'input', exit: 2 });
    expect(project.reyn.runs.list()).toHaveLength(runs);
    return error;
  };

  it('as text is a message where the entry takes one, whatever it holds', async () => {
    const message = (text: string) => ({ type: 'user_message', artifact: { text } });
    for (const text of ['Hello.', '', '5', '[1]', '{"not": "what fits"}', '{broken', '\u0000 odd']) {
      expect(await began('message', { text })).toEqual(message(text));
    }
    expect(await began('message', { text: '{"text": "from JSON"}' })).toEqual(message('from JSON'));
  });

  it('as JSON is the one type it fits', async () => {
    const order = { item: 'tea', count: 2 };
    expect(await began('either', { text: JSON.stringify(order) })).toEqual({ type: 'order', artifact: order });
    expect(await began('either', { value: order })).toEqual({ type: 'order', artifact: order });
    expect(await began('either', { value: { text: 'x' } })).toEqual({ type: 'user_message', artifact: { text: 'x' } });
    expect(await began('either', { text: 'tea, please' })).toMatchObject({ type: 'user_message' });
    expect(await began('list', { text: '["a", "b"]' })).toEqual({ type: 'names', artifact: ['a', 'b'] });
  });

  it('that fits no type is refused with the schema and an example that fits', async () => {
    for (const input of [
      { text: 'tea' },
      { text: '{"item": "tea"}' },
      { value: { item: 'tea', count: 10 } },
      { value: 5 },
    ]) {
      const { message, hint } = await refused('order', input);
      expect(message).toBe('the input does not fit order, which begins with order');
      expect(hint).toContain('schema: {"type":"object"');
      const example: unknown = JSON.parse(/example: (.*)/.exec(hint ?? '')?.[1] ?? '');
      expect(await began('order', { value: example as never })).toMatchObject({ type: 'order' });
    }
    expect((await refused('order', { value: { item: 'tea', count: 10 } })).hint).toContain('count must be <= 9');
  });

  it('that fits several types is refused', async () => {
    const { message } = await refused('two', { value: { text: 'x' } });
    expect(message).toBe('the input fits several entry types of two: user_message, note');
    expect(await began('two', { value: { text: 'x', tags: [] } })).toMatchObject({ type: 'note' });
  });

  it('nested beyond all reason is refused or a message, and never an exception of another kind', async () => {
    const deep = `{"item": ${'['.repeat(100_000)}`;
    await refused('order', { text: deep });
    expect(await began('message', { text: deep })).toMatchObject({ type: 'user_message' });
    let value: never = 1 as never;
    for (let i = 0; i < 5000; i++) value = [value] as never;
    for (const skill of ['order', 'list', 'open']) await refused(skill, { value });
  });
});

describe('an example', () => {
  it.each([
    [{ type: 'object', properties: { a: { type: 'string', minLength: 5 }, b: { type: 'integer', minimum: 3 } } }],
    [{ type: 'object', properties: { a: { enum: ['x', 'y'] }, b: { const: 4 }, c: { type: 'boolean' } } }],
    [{ type: 'array', items: { type: 'number', exclusiveMinimum: 7 }, minItems: 2 }],
    [{ type: 'object', properties: { a: { $ref: '#/$defs/x' } }, $defs: { x: { type: 'string' } }, required: ['a'] }],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [{ type: 'string', maxLength: 0 }],
    [{ type: 'number', maximum: -2 }],
    [{ type: 'string', format: 'date' }],
    [{ type: 'object', properties: { self: { $ref: '#' } } }],
  ])('of %j fits it', (schema) => {
    expect(compileSchema(schema)(exampleOf(schema))).toEqual([]);
  });
});

describe('a skill that cannot be run', () => {
  it('says so before anything is written', () =>
    inProject(
      {
        skills: {
          card: { md: '---\ntype: skill\nname: card\nkind: prompt_template\n---\nDo this.\n' },
          plain: { md: onePhase('plain', 'artifacts: { note: { text: string } }') },
        },
      },
      async ({ reyn, read, run }) => {
        await expect(run('card', 'x')).rejects.toMatchObject({ code: 'skill', exit: 2 });
        await expect(run('plain', 'x')).rejects.toMatchObject({ code: 'config', exit: 2 });
        await expect(run('none', 'x')).rejects.toMatchObject({ code: 'not_found', exit: 2 });
        await expect(run('plain', 'x', { model: 'absent' })).rejects.toMatchObject({ code: 'config', exit: 2 });
        expect(reyn.runs.list()).toEqual([]);
        expect(read('.reyn/runs')).toBeUndefined();
      },
    ));
});
