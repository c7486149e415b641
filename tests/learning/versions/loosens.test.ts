import { describe, expect, it } from 'vitest';
import { loosens } from '../../../src/learning/versions/loosens.ts';
import { loadSkill } from '../../../src/os/skills/load.ts';
import type { Skill } from '../../../src/os/skills/skill.ts';
import { phase, phases } from '../../project.ts';

/** A skill whose deploy comes after an approval without a model. `change` is done to its text. */
function skill(change: (text: string) => string = (text) => text): Skill {
  const text = phases(
    'demo',
    [
      'final_output: note',
      'artifacts: { note: { text: string, ok?: boolean } }',
      'entry: work',
      'permissions: { file: { read: ["docs/**"], write: ["out/*.md"] }, exec: [[git, log, "**"]], net: [example.org], mcp: { files: [list] } }',
      'limits: { usd: 1 }',
      'graph: { work: [{ to: approve, when: { artifact.ok: true } }, again], again: [work], approve: [{ to: deploy, carry: { text: input.text } }], deploy: [end] }',
    ],
    phase('work', 'input: user_message | note', 'allowed_ops: [ask_user, read_file]', 'max_act_turns: 3'),
    phase('again', 'input: note', 'allowed_ops: [read_file]'),
    phase(
      'approve',
      'input: note',
      'model_class: none',
      'preprocessor: [{ type: validate, path: ok, schema: { const: true } }]',
    ),
    phase('deploy', 'input: note', 'allowed_ops: [write_file]'),
  );
  return loadSkill({
    name: 'demo',
    origin: 'project',
    dir: 'x',
    files: new Map([['skill.md', Buffer.from(change(text))]]),
  });
}

const replaced = (from: string | RegExp, to: string) => (text: string) => {
  if (text.replace(from, to) === text) throw new Error(`nothing was replaced: ${from}`);
  return text.replace(from, to);
};
const changing = (from: string | RegExp, to: string) => loosens(skill(), skill(replaced(from, to)));

describe('a version that keeps within another', () => {
  it.each([
    ['the same', 'description: A skill', 'description: The skill'],
    ['other instructions', 'Do the part called work', 'Do the part called work with care'],
    ['fewer permissions', ', net: [example.org]', ''],
    ['a narrower pattern', '"docs/**"', '"docs/a/*.md"'],
    ['a narrower command', '[git, log, "**"]', '[git, log, "--oneline"]'],
    ['one more guard', 'again], again', '{ to: again, when: { visits.work: { maximum: 3 } } }], again'],
    ['a tighter limit', 'usd: 1', 'usd: 0.5'],
    ['fewer ops', 'allowed_ops: [ask_user, read_file]', 'allowed_ops: [ask_user]'],
    ['a way back', 'deploy: [end]', 'deploy: [end, again]'],
  ])('loosens nothing: %s', (_, from, to) => {
    expect(changing(from, to)).toEqual([]);
  });
});

describe('a version that loosens', () => {
  it.each([
    ['it may file.write: out/**', '"out/*.md"', '"out/**"'],
    ['it may file.read: docs2/**', '["docs/**"]', '["docs/**", "docs2/**"]'],
    ['it may file.read: **', '["docs/**"]', '["**"]'],
    ['it may exec: git **', '[git, log, "**"]', '[git, "**"]'],
    ['it may net: *.example.org', '[example.org]', '["*.example.org"]'],
    ['it may mcp: files/*', '[list]', '["*"]'],
    ['it may evaluate skills', 'permissions: {', 'permissions: { eval: true,'],
    ['it can live with a denied net', 'permissions: {', 'permissions: { optional: [net],'],
    ['the limit usd is 2, not 1', 'usd: 1', 'usd: 2'],
    ['the limit usd is gone, not 1', 'limits: { usd: 1 }\n', ''],
    ['the phase "again" may use write_file', 'allowed_ops: [read_file]', 'allowed_ops: [read_file, write_file]'],
    ['the phase "again" may use every reading op', 'allowed_ops: [read_file]\n', '\n'],
    ['the phase "work" can no longer ask a person', '[ask_user, read_file]', '[read_file]'],
    ['the phase "work" may take 9 act turns, not 3', 'max_act_turns: 3', 'max_act_turns: 9'],
    ['the phase "approve" is decided by a model', 'model_class: none\n', 'model_class: strong\n'],
    [
      'the phase "approve" no longer stops at its step validate',
      'const: true } }]',
      'const: true }, on_error: skip }]',
    ],
    ['the way from "work" to "approve" has another guard', '{ to: approve, when: { artifact.ok: true } }', 'approve'],
    [
      'the way from "approve" to "deploy" no longer carries what it carried',
      '{ to: deploy, carry: { text: input.text } }',
      'deploy',
    ],
    ['the phase "deploy" can be reached without the phase "approve"', 'again: [work]', 'again: [work, deploy]'],
    ['the end can be reached without the phase "deploy"', 'again: [work]', 'again: [work, end]'],
    [
      'the way from "again" to "approve" is new and has no guard, as others there have',
      'again: [work]',
      'again: [work, approve]',
    ],
  ])('%s', (sentence, from, to) => {
    expect(changing(from, to)).toContain(sentence);
  });

  it('by a new phase says what that may use', () => {
    const text = replaced('deploy: [end] }', 'deploy: [more], more: [end] }');
    const more = phase('more', 'input: note', 'allowed_ops: [sandboxed_exec]');
    expect(
      loosens(
        skill(),
        skill((from) => text(from) + more),
      ),
    ).toEqual(['the new phase "more" may use sandboxed_exec']);
  });

  it('by dropping the phase that approves says that it is gone, and what is reached without it', () => {
    const dropped = skill((text) =>
      replaced(
        /\n## phase: approve[\s\S]*?(?=\n## phase: deploy)/,
        '',
      )(replaced(/\{ to: approve,.*?\}/, 'deploy')(replaced(/, approve: \[.*?\]/, '')(text))).replace(
        ' }, again], again',
        ', again], again',
      ),
    );
    expect(loosens(skill(), dropped)).toEqual(
      expect.arrayContaining([
        'the phase "approve" is gone',
        'the phase "deploy" can be reached without the phase "approve"',
        'the end can be reached without the phase "approve"',
      ]),
    );
  });
});
