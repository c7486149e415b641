import { describe, expect, it } from 'vitest';
import type { Reply, Usage } from '../../../src/os/models/port.ts';
import { frameDifference, RequestDiffers, recordedModel } from '../../../src/os/models/recorded.ts';
import { modelConformance } from './conformance.ts';
import { frame } from './frames.ts';

const pins = { name: 'recorded', encoding: 'tools', metered: false, maxOutputTokens: 100 } as const;
const reply: Reply = { calls: [{ name: 'finish', args: { artifact: { text: 'done' } } }], text: 'so', finish: 'tools' };
const usage: Usage = { input: 10, output: 2, cached: 4 };
const options = () => ({ signal: new AbortController().signal, maxOutputTokens: 1 });

modelConformance('recorded', () => ({
  model: recordedModel(pins, () => ({ reply, usage, request: frame().request })),
}));

describe('a recorded model', () => {
  it('gives the reply and the usage that were recorded for the same request', async () => {
    const model = recordedModel(pins, () => ({ reply, usage, request: 'digest-1' }));
    expect(await model.turn(frame(), options())).toEqual({ reply, usage });
  });

  it('gives nothing to another request, and says which was expected', async () => {
    const model = recordedModel(pins, () => ({ reply, usage, request: 'digest-0' }));
    const error = await model.turn(frame({ attempt: 2 }), options()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestDiffers);
    expect(error).toMatchObject({ expected: 'digest-0', actual: 'digest-1', exit: 1, code: 'replay' });
    expect(String(error)).toContain('phase draft, visit 1, turn 1, attempt 2');
  });

  it('says where nothing was recorded', async () => {
    const error = await recordedModel(pins, () => undefined)
      .turn(frame(), options())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      expected: undefined,
      message: 'Nothing was recorded for phase draft, visit 1, turn 1, attempt 1.',
    });
  });
});

describe('the difference of two frames', () => {
  it('is nothing for equal frames', () => {
    expect(frameDifference(frame(), frame())).toBeUndefined();
  });

  it.each([
    [
      'a changed section',
      { system: [frame().system[0], { name: 'Instructions', text: 'Write two drafts.' }] },
      { section: 'system/Instructions', before: 'Write a draft.', after: 'Write two drafts.' },
    ],
    [
      'a new section',
      { system: [{ name: 'Language', text: 'German' }, ...frame().system] },
      { section: 'system/Language', before: '', after: 'German' },
    ],
    [
      'a section that is gone',
      { system: frame().system.slice(1) },
      { section: 'system/Role', before: 'You write.', after: '' },
    ],
    [
      'a section that is gone at the end',
      { user: [] },
      { section: 'user/Input', before: '{"text":"bees"}', after: '' },
    ],
    ['a later section when several differ', { user: [], ops: [] }, { section: 'user/Input' }],
    ['candidates', { candidates: [] }, { section: 'candidates', after: '[]' }],
    ['ops', { ops: [] }, { section: 'ops', after: '[]' }],
    ['the position', { visit: 2 }, { section: 'visit', before: '1', after: '2' }],
    ['the input', { input: { type: 'user_message', artifact: null } }, { section: 'input' }],
  ])('names %s', (_, changes, expected) => {
    expect(frameDifference(frame(), frame(changes as object))).toMatchObject(expected);
  });
});
