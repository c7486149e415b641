import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/os/events/event.ts';
import { calls, fails, type Scene, startWireServer, type WireServer } from '../os/models/wire-server.ts';
import { folderWith, reynIn } from './program.ts';

const GOOD = `---
type: skill
name: triage
description: Sorts bug reports.
entry: sort
final_output: report
artifacts:
  report: { title: string, severity: "low | high", score: "number 0..1" }
  notes: { source: string, points: "string[]" }
graph:
  sort:
    - { to: judge, carry: { source: input.text } }
  judge:
    - to: sort_again
      when: { visits.sort_again: { maximum: 1 } }
      description: A point is missing.
    - end
  sort_again: [judge]
---
## phase: sort

\`\`\`yaml
input: user_message
\`\`\`

Note what the message says.

## phase: judge

\`\`\`yaml
input: notes
\`\`\`

Give the notes a title, and say how bad it is.

## phase: sort_again

\`\`\`yaml
input: notes
\`\`\`

Note what was missed.
`;
const BAD = GOOD.replace('[judge]', '[jugde]').replace('final_output: report', 'final_output: repotr');

const drafts = (text: string): Scene => calls(['to_check', { artifact: { skill_md: text }, reason: 'A text.' }]);

let server: WireServer | undefined;
const folder = folderWith({});
const reyn = (...argv: string[]) => reynIn(folder.root, argv);
const read = (file: string) => readFileSync(join(folder.root, file), 'utf8');
const dir = (name: string) => join(folder.root, 'reyn/project', name);

async function withModel(...scenes: [Scene, ...Scene[]]): Promise<void> {
  server = await startWireServer(...scenes);
  writeFileSync(join(folder.root, 'reyn.yaml'), `model: m\nbase_url: ${server.baseUrl}\n`);
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('reyn new', () => {
  it('has a model draft the skill, mends it, places it without asking, and adds rules that run it at once', async () => {
    await withModel(drafts(BAD), drafts(GOOD));
    const { out, err, exit } = await reyn('new', 'triage', 'Sort bug reports');
    expect({ out, exit }).toEqual({
      out: ['skill.md', 'eval.md', 'evals/scripted.yaml'].map((file) => `reyn/project/triage/${file}\n`).join(''),
      exit: 0,
    });
    expect(err).toContain('skill_builder run ');
    expect(err).toMatch(/Edit it, check it with `reyn lint triage`, run it with `reyn run triage "…"`\.\n$/);
    expect(read('reyn/project/triage/skill.md')).toBe(GOOD);
    expect(await reyn('lint', 'triage', '--max-severity', 'warning')).toMatchObject({ exit: 0 });
    expect(await reyn('run', 'triage', 'It crashes', '--model', 'scripted')).toMatchObject({
      exit: 0,
      out: expect.stringContaining('severity: low'),
    });
    const events = JSON.parse((await reyn('events', 'query', '--json')).out) as RunEvent[];
    expect(events.find(({ type }) => type === 'intervention_answered')?.data).toMatchObject({ answer: 'allow' });
    expect(events.find(({ type }) => (type as string) === 'skill_created')?.data).toMatchObject({
      skill: 'triage',
      from: expect.stringMatching(/^run \w{10}$/),
    });
  });

  it('writes the template where the model gives nothing that is clean, and says so', async () => {
    await withModel(drafts(BAD.replaceAll('triage', 'sorter')));
    const { out, err, exit } = await reyn('new', 'sorter', 'Sort bug reports');
    expect({ out, exit }).toMatchObject({ out: expect.stringContaining('reyn/project/sorter/skill.md\n'), exit: 0 });
    expect(err).toMatch(
      /The model gave no skill that is free of findings: skill\.md:\d+ format\/.*\. This is the template/,
    );
    expect(err).toMatch(/the last draft is in `reyn runs show \w{10}`/);
    expect(server?.requests).toHaveLength(5);
    expect(await reyn('lint', 'sorter')).toMatchObject({ exit: 0 });
  });

  it('says that the model cannot be reached, and writes nothing', async () => {
    await withModel(fails(401, { error: { message: 'no valid key' } }));
    const { err, exit } = await reyn('new', 'unreached', 'Sort');
    expect(exit).toBe(7);
    expect(err).toContain('no valid key');
    expect(existsSync(dir('unreached'))).toBe(false);
  });

  it.each([[['new', 'plain', 'Sort', '--template']], [['new', 'without_wish']]])(
    'asks no model with %j',
    async ([...argv]) => {
      await withModel(drafts(GOOD));
      expect(await reyn(...argv)).toMatchObject({ exit: 0 });
      expect(server?.requests).toHaveLength(0);
    },
  );

  it('asks no model where there is none but the scripted one, unless that is asked for', async () => {
    writeFileSync(join(folder.root, 'reyn.yaml'), 'model: scripted\n');
    expect((await reyn('new', 'from_template', 'Sort')).err).not.toContain('skill_builder');
    const drafted = await reyn('new', 'drafted', 'Sort', '--model', 'scripted');
    expect(drafted).toMatchObject({ exit: 0, err: expect.stringContaining('skill_builder run ') });
    expect(await reyn('lint')).toMatchObject({ exit: 0, err: 'No findings.\n' });
  });

  it.each([
    ['triage', 'there is a skill "triage" in the project already'],
    ['Triage', '"Triage" is not a skill name'],
  ])('refuses the name %s before it asks a model', async (name, why) => {
    await withModel(drafts(GOOD));
    expect(await reyn('new', name, 'Sort')).toMatchObject({ exit: 2, err: expect.stringContaining(why) });
    expect(server?.requests).toHaveLength(0);
  });
});
