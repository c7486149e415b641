import { describe, expect, it } from 'vitest';
import { subjectOf, subjectsOf } from '../../src/os/subject.ts';

describe('what an op is about', () => {
  it.each<[args: unknown, about: string]>([
    [{ content: 'x', path: 'a.md' }, 'a.md'],
    [{ path: 'notes', pattern: 'TODO' }, 'TODO'],
    [{ max: 3, question: 'Why?', default: 'so' }, 'Why?'],
    [{ path: 7, text: 'x' }, 'x'],
    [{ n: 1 }, ''],
    [['a'], ''],
    ['a', ''],
    [undefined, ''],
  ])('%j', (args, about) => {
    expect(subjectOf(args)).toBe(about);
  });

  it('is known by step id, the same for a repeated attempt at a turn', () => {
    const ops = [{ args: { path: 'a' } }, { args: {} }];
    expect(subjectsOf('2/t1.3', ops)).toEqual({ '2/t1/o1': 'a', '2/t1/o2': '' });
    expect(subjectsOf('2/t1', ops)).toEqual(subjectsOf('2/t1.3', ops));
  });
});
