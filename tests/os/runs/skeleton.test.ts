import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, phase, phases, type SkillFiles } from '../../project.ts';

/** Phases in a loop, one without a model, a union, a carried field, bounds and a closed edge that leads to the end. */
const WINDING = phases(
  'winding',
  [
    'entry: first',
    'final_output: report',
    'artifacts:',
    '  report: { title: string, score: "number 0..0.5", source: string }',
    '  notes: { source: string, points: "string[]", kind: "b | c" }',
    '  doubts: { source: string, why: { type: string, minLength: 3 } }',
    'graph:',
    '  first:',
    '    - { to: second, carry: { source: input.text } }',
    '    - { to: end, when: { input.text: { maxLength: 1 } }, carry: { source: input.text } }',
    '  second:',
    '    - { to: first_again, when: { visits.first_again: { maximum: 1 } } }',
    '    - { to: pass, carry: { source: input.source } }',
    '  first_again: [second]',
    '  pass: [last]',
    '  last:',
    '    - { to: end, carry: { source: input.source } }',
  ],
  phase('first', 'input: user_message'),
  phase('second', 'input: notes | doubts'),
  phase('first_again', 'input: notes | doubts'),
  phase('pass', 'input: notes | doubts', 'model_class: none'),
  phase('last', 'input: notes | doubts'),
);

/** The skill as a run would have left it: without eval files. */
const bare = (md: string): SkillFiles => ({ md });

describe('eval files for a skill that a run wrote', () => {
  it('lead the scripted model to the end, whatever the graph', () =>
    inProject({ skills: { winding: bare(WINDING.replace(/\n {4}- \{ to: end, when.*/, '')) } }, async (project) => {
      expect(await project.reyn.skills.adopt('winding', 'abc')).toEqual([
        'reyn/project/winding/eval.md',
        'reyn/project/winding/evals/scripted.yaml',
      ]);
      const outcome = await project.run('winding', 'a long message');
      expect(outcome.reason).toBeUndefined();
      expect(outcome).toMatchObject({ status: 'finished', artifact: { artifact: { source: 'a long message' } } });
      const visited = project.reyn.runs.show(outcome.run).visits.map((visit) => visit.phase);
      expect(visited).toEqual(['first', 'second', 'pass', 'last']);
    }));

  it('run each worked example to its end', () =>
    inProject({ skills: { essay: filesOf('essay'), summarize: filesOf('summarize') } }, async (project) => {
      for (const name of ['essay', 'summarize']) {
        await project.reyn.skills.adopt(name, 'abc');
        expect(await project.run(name, 'Tea')).toMatchObject({ status: 'finished' });
      }
    }));

  it('are never written over those that are there, and are no part of the version', () =>
    inProject({ skills: { winding: { md: WINDING, rules: [{ turn: { abort: 'mine' } }] } } }, async (project) => {
      const before = project.reyn.skills.load('winding').fingerprint;
      expect(await project.reyn.skills.adopt('winding', 'abc')).toEqual(['reyn/project/winding/eval.md']);
      expect(project.read('reyn/project/winding/evals/scripted.yaml')).toContain('mine');
      expect(project.reyn.skills.load('winding').fingerprint).toBe(before);
    }));

  it('are not made for a skill that does not load', () =>
    inProject({ skills: { winding: bare('---\ntype: skill\n---\n') } }, async ({ reyn, read }) => {
      await expect(reyn.skills.adopt('winding', 'abc')).rejects.toMatchObject({ code: 'skill' });
      expect(read('reyn/project/winding/eval.md')).toBeUndefined();
    }));
});

/** A worked example without its eval files. */
function filesOf(name: string): SkillFiles {
  const dir = path.resolve('reyn/project', name);
  const files = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const full = path.join(entry.parentPath, entry.name);
    return entry.isFile() && !full.includes('evals') ? [[path.relative(dir, full), fs.readFileSync(full, 'utf8')]] : [];
  });
  return { files: Object.fromEntries(files) };
}
