import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReceiptFacts } from '../src/learning/versions/version.ts';
import { openSigner } from '../src/os/signer.ts';
import { openReyn } from '../src/reyn.ts';
import { inJudged, type Judged } from './learning/versions/candidate.ts';
import { dyingDisk } from './learning/versions/dying-disk.ts';
import { ofType, onePhase, type ProjectSpec, person, phase, phases } from './project.ts';

const NOTES = onePhase(
  'notes',
  'artifacts: { note: { text: string } }',
  'permissions: { file: { write: ["out/**"] } }',
);
const BETTER = NOTES.replace('Do the work.', 'Do the work well.');
const WIDER = BETTER.replace('"out/**"', '"out/**", "docs/**"');

const MENDER = onePhase(
  'mender',
  'entry: mender',
  'artifacts: { done: { text: string } }',
  'permissions: { skill: { write: ["*"] } }',
)
  .replace('Do the work.', '')
  .concat(phase('mender', 'input: user_message', 'allowed_ops: [save_version, apply_version]'));

const spec = (...config: string[]): ProjectSpec => ({
  skills: {
    notes: { md: NOTES, files: { 'eval.md': 'the exam', '.mine': 'x' }, rules: [{ turn: { finish: { text: 'x' } } }] },
    mender: { md: MENDER },
  },
  config,
});

/** Runs a skill whose model asks for one op and then finishes. */
function acting(project: Judged, op: string, args: object, ...answers: string[]) {
  project.skill('mender', {
    rules: [{ match: { turn: 1 }, turn: { ops: [{ kind: op, args }] } }, { turn: { finish: { text: 'done' } } }],
  });
  const { ask, asked } = person(...answers);
  return project
    .run('mender', 'go', { ask })
    .then((outcome) => ({ outcome, asked, events: project.events(outcome.run) }));
}

const argsOf = ({ skill, from, to, id }: ReceiptFacts) => ({
  skill,
  from,
  to,
  receipt: id,
  reason: 'It keeps notes well.',
});
const apply = (project: Judged, receipt: ReceiptFacts, ...answers: string[]) =>
  acting(project, 'apply_version', argsOf(receipt), ...answers);
const AT = 'reyn/project/notes/skill.md';
const STRANGER = openSigner({ dir: fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-stranger-')) });

describe('apply_version', () => {
  it('asks a person, who is shown diff and verdict; then the version is in place, and the log says why', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { outcome, asked } = await apply(project, receipt, 'once');
      expect(outcome.status).toBe('finished');
      expect(asked).toHaveLength(1);
      expect(asked[0]?.choices).toEqual(['once', 'deny']);
      expect(asked[0]?.about).toMatchObject({
        ...{ need: 'skill.write', resource: 'notes', pre: receipt.from, post: receipt.to, verdict: 'PASS' },
        ...{ summary: receipt.summary, loosens: [], grants: [] },
        diff: expect.stringContaining('+Do the work well.'),
      });
      expect(project.read(AT)).toBe(BETTER);
      expect(project.read('reyn/project/notes/eval.md')).toBe('the exam');
      expect(project.read('reyn/project/notes/.mine')).toBe('x');
      const list = await project.reyn.versions.list('notes');
      expect(list).toMatchObject({
        current: 2,
        state: 'kept',
        versions: [
          { version: 1, reason: 'initial save', skill_version_hash: receipt.from },
          { version: 2, parent: 1, score: 0.91, verdict: 'PASS', receipt: receipt.id, run: outcome.run },
        ],
      });
      const [improved] = project.reyn.events.query({ type: 'skill_improved' });
      expect(improved?.data).toMatchObject({
        ...{ skill: 'notes', from: 1, to: 2, from_hash: receipt.from, skill_version_hash: receipt.to },
        ...{ score: 0.91, before: 0.42, verdict: 'PASS', receipt: receipt.id, run: outcome.run },
      });
      const next = await project.run('notes', 'go');
      const [started] = ofType(project.events(next.run), 'run_skill_started');
      expect(started?.data.skill_version_hash).toBe(receipt.to);
    });
  });

  it('changes nothing when the person says no, or nobody is there', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      expect((await apply(project, receipt, 'deny')).outcome.exit).toBe(4);
      expect((await apply(project, receipt)).outcome.status).toBe('waiting');
      expect(project.read(AT)).toBe(NOTES);
      expect(fs.existsSync(path.join(project.root, '.reyn/skill-versions'))).toBe(false);
    });
  });

  it('is not done when the folder was changed after the person was shown what would be written', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { outcome } = await apply(project, receipt);
      const byHand = NOTES.replace('Do the work.', 'Do it by hand.');
      project.write(AT, byHand);
      const [question] = project.reyn.inbox();
      await project.reyn.answer(question?.id ?? '', 'once');
      expect(ofType(project.events(outcome.run), 'op_finished').map(({ data }) => data.error?.code)).toEqual([
        'changed',
      ]);
      expect(project.read(AT)).toBe(byHand);
    });
  });

  it('goes by itself with `auto` for a receipt of PASS that was reached here, and widens nothing', async () => {
    await inJudged(spec('self_improvement: { on_propose: auto }'), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { asked, events } = await apply(project, receipt);
      expect(asked).toEqual([]);
      expect(ofType(events, 'op_started')[0]?.data.by).toBe('self_improvement auto');
      expect(project.read(AT)).toBe(BETTER);
    });
  });

  it.each([
    ['a verdict that is no PASS', { 'skill.md': BETTER }, { verdict: 'INDETERMINATE' }],
    ['a receipt that was reached elsewhere', { 'skill.md': BETTER }, { reached: false }],
    ['a verdict that nobody vouches for', { 'skill.md': BETTER }, { signer: undefined }],
    ['a verdict that somebody else vouches for', { 'skill.md': BETTER }, { signer: STRANGER }],
    ['more permissions', { 'skill.md': WIDER }, {}],
  ] as const)('asks also with `auto` for %s', async (_, files, options) => {
    await inJudged(spec('self_improvement: { on_propose: auto }'), async (project) => {
      const receipt = await project.candidate('notes', files, options);
      const { asked } = await apply(project, receipt, 'deny');
      expect(asked).toHaveLength(1);
      if (files['skill.md'] === WIDER)
        expect(asked[0]?.about).toMatchObject({ loosens: ['it may file.write: docs/**'] });
      expect(project.read(AT)).toBe(NOTES);
    });
  });

  it('that a person overrules without a PASS is promoted_unverified for ever', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER }, { verdict: 'FAIL' });
      await apply(project, receipt, 'once');
      expect((await project.reyn.versions.list('notes')).versions[1]?.verdict).toBe('promoted_unverified');
      expect(project.reyn.events.query({ type: 'skill_improved' })[0]?.data).toMatchObject({
        verdict: 'promoted_unverified',
      });
    });
  });

  it('is denied with `disabled`, and not a byte below reyn/ changes', async () => {
    const open = '{ need: skill.write }';
    await inJudged(
      spec('self_improvement: { on_propose: disabled }', `policy: { allow: [${open}] }`),
      async (project) => {
        const receipt = await project.candidate('notes', { 'skill.md': BETTER });
        const { outcome, asked } = await apply(project, receipt, 'once');
        expect([outcome.exit, asked]).toEqual([4, []]);
        expect(outcome.denied[0]?.reason).toContain('disabled');
        expect(project.read(AT)).toBe(NOTES);
      },
    );
  });

  it('is opened by no allow rule and no grant', async () => {
    await inJudged(
      spec('policy: { allow: [{ need: skill.write }, { need: skill.write, resource: notes }] }'),
      async (project) => {
        await project.reyn.grants.add({ skill: 'mender', need: 'skill.write', resource: 'notes' });
        const receipt = await project.candidate('notes', { 'skill.md': BETTER });
        const { asked } = await apply(project, receipt, 'deny');
        expect(asked).toHaveLength(1);
        expect(project.read(AT)).toBe(NOTES);
      },
    );
  });

  it('of a skill that ships is denied at dispatch by the place it lies in, and the log says so', async () => {
    await inJudged(spec('self_improvement: { on_propose: auto }'), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { outcome, events } = await acting(
        project,
        'apply_version',
        { ...argsOf(receipt), skill: 'direct_llm' },
        'once',
      );
      const [denied] = ofType(events, 'permission_denied');
      expect(denied?.data).toMatchObject({ need: 'skill.write', resource: 'direct_llm', by: 'protection stdlib' });
      expect(outcome.exit).toBe(4);
      const saving = await acting(project, 'save_version', { skill: 'direct_llm', reason: 'x' });
      expect(ofType(saving.events, 'permission_denied')[0]?.data.by).toBe('protection stdlib');
    });
  });

  it.each([
    ['not_found', (receipt: ReceiptFacts) => ({ ...argsOf(receipt), receipt: 'made-up' })],
    ['refused', (receipt: ReceiptFacts) => ({ ...argsOf(receipt), to: receipt.from.replace(/./g, 'a') })],
    ['changed', (receipt: ReceiptFacts) => ({ ...argsOf(receipt), from: receipt.to })],
  ])('fails as %s where the receipt is not about it', async (code, change) => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { events } = await acting(project, 'apply_version', change(receipt), 'once');
      expect(ofType(events, 'op_finished')[0]?.data.error?.code).toBe(code);
      expect(project.read(AT)).toBe(NOTES);
    });
  });

  it('takes no candidate that counts on other shared phases than the project has', async () => {
    const shared = phases('notes', [
      'artifacts: { note: { text: string } }',
      'final_output: note',
      'entry: shared/start',
      'graph: { shared/start: [end] }',
    ]);
    await inJudged(spec(), async (project) => {
      project.write(
        'reyn/project/shared/phases/start.md',
        '---\ntype: phase\nname: start\ninput: user_message\n---\nStart.\n',
      );
      project.skill('notes', { md: shared });
      const receipt = await project.candidate('notes', { 'steps/x.js': 'export const x = 1;\n' });
      project.write(
        'reyn/project/shared/phases/start.md',
        '---\ntype: phase\nname: start\ninput: user_message\n---\nStart anew.\n',
      );
      const moved = { ...receipt, from: project.reyn.skills.load('notes').fingerprint };
      project.receipts.set(receipt.id, moved);
      const { events } = await apply(project, moved, 'once');
      expect(ofType(events, 'op_finished')[0]?.data.error).toMatchObject({
        code: 'refused',
        message: expect.stringContaining('other shared phases'),
      });
    });
  });
});

describe('a run whose process died while it applied a version', () => {
  it.each(['.notes.new', '/notes', '.notes.old', '/current'])('goes on where it stood, at %s', async (end) => {
    await inJudged(spec('self_improvement: { on_propose: auto }'), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const dead = await openReyn({
        root: project.root,
        env: project.env,
        receipt: (id) => project.receipts.get(id),
        disk: dyingDisk((_, file) => file.endsWith(end) && !/blobs|skill-versions.*notes$|under-way/.test(file)),
      });
      await expect(
        apply({ ...project, run: (name, text) => dead.run(name, { text: String(text) }) }, receipt),
      ).rejects.toThrow('died');
      await dead.close().catch(() => undefined);
      const reyn = await project.reopen();
      const [run] = reyn.runs.list({ skill: 'mender' });
      expect((await reyn.resume(run?.run ?? '')).status).toBe('finished');
      expect(project.read(AT)).toBe(BETTER);
      expect(await reyn.versions.list('notes')).toMatchObject({ current: 2, state: 'kept' });
      await project.reopen();
      expect(project.reyn.events.query({ type: 'skill_improved' })).toHaveLength(1);
      expect(ofType(project.events(run?.run ?? ''), 'op_finished').map(({ data }) => data.error)).toEqual([undefined]);
    });
  });
});

describe('grants of a skill that gets another version', () => {
  const CODED = { 'steps/a.js': 'export const a = (x) => x;\n' };

  it('are carried over where permissions and code are the same, which is shown to whoever approves', async () => {
    await inJudged(spec(), async (project) => {
      const grant = await project.reyn.grants.add({ skill: 'notes', need: 'file.write', resource: 'out/**', days: 5 });
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      const { asked } = await apply(project, receipt, 'once');
      expect(asked[0]?.about).toMatchObject({ grants: [expect.stringContaining('file.write of out and below')] });
      const carried = project.reyn.grants.list().filter(({ grant: { fingerprint } }) => fingerprint === receipt.to);
      expect(carried).toMatchObject([{ state: 'counts', grant: { resource: 'out', expires: grant.expires } }]);
      expect(project.reyn.events.query({ type: 'skill_improved' })[0]?.data).toMatchObject({
        grants: [carried[0]?.grant.id],
      });
      expect(project.reyn.policy.explain({ skill: 'notes', op: 'write_file', resource: 'out/a' }).verdict).toBe(
        'allow',
      );
    });
  });

  it.each([
    ['permissions', { 'skill.md': WIDER }],
    ['code', CODED],
  ])('are not where other %s come with it', async (_, files) => {
    await inJudged(spec(), async (project) => {
      await project.reyn.grants.add({ skill: 'notes', need: 'file.write', resource: 'out/**' });
      await apply(project, await project.candidate('notes', files), 'once');
      expect(project.reyn.policy.explain({ skill: 'notes', op: 'write_file', resource: 'out/a' }).verdict).toBe('ask');
    });
  });

  it('do not count again by themselves when an earlier version with other permissions is put back', async () => {
    await inJudged(spec(), async (project) => {
      await project.reyn.grants.add({ skill: 'notes', need: 'file.write', resource: 'out/**' });
      await apply(project, await project.candidate('notes', { 'skill.md': WIDER }), 'once');
      await project.reyn.versions.rollback('notes');
      expect(project.read(AT)).toBe(NOTES);
      expect(project.reyn.policy.explain({ skill: 'notes', op: 'write_file', resource: 'out/a' }).verdict).toBe('ask');
      expect(project.reyn.grants.list()[0]).toMatchObject({
        state: 'revoked',
        revoked: { why: expect.stringContaining('v1') },
      });
    });
  });
});

describe('save_version', () => {
  it('keeps the folder without asking, once', async () => {
    await inJudged(spec(), async (project) => {
      const args = { skill: 'notes', reason: 'before the search' };
      expect((await acting(project, 'save_version', args)).asked).toEqual([]);
      const { events } = await acting(project, 'save_version', args);
      expect(ofType(events, 'op_started')[0]?.data.result).toMatchObject({ skill: 'notes', version: 1 });
      expect((await project.reyn.versions.list('notes')).versions).toHaveLength(1);
      expect(project.reyn.events.query({ type: 'version_saved' })).toHaveLength(1);
    });
  });
});

describe('adopting', () => {
  const merge = async (project: Judged, receipt: ReceiptFacts) => {
    await project.reyn.versions.adopt('notes');
    project.write(AT, BETTER);
    return receipt;
  };

  it('records a merged candidate with the receipt of its verdict', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await merge(project, await project.candidate('notes', { 'skill.md': BETTER }));
      const adopted = await project.reyn.versions.adopt('notes');
      expect(adopted).toEqual({ skill: 'notes', version: 2, isNew: true, verdict: 'PASS', receipt: receipt.id });
      expect(await project.reyn.versions.adopt('notes')).toMatchObject({ version: 2, isNew: false });
      const improved = project.reyn.events.query({ type: 'skill_improved' });
      expect(improved.map(({ data }) => data)).toMatchObject([
        { from: 1, to: 2, verdict: 'PASS', receipt: receipt.id },
      ]);
    });
  });

  it('in a project that kept nothing yet records it as the first version', async () => {
    await inJudged(spec(), async (project) => {
      const receipt = await project.candidate('notes', { 'skill.md': BETTER });
      project.write(AT, BETTER);
      expect(await project.reyn.versions.adopt('notes')).toMatchObject({ version: 1, verdict: 'PASS' });
      expect(project.reyn.events.query({ type: 'skill_improved' })[0]?.data).toMatchObject({
        from: 0,
        to: 1,
        from_hash: receipt.from,
      });
    });
  });

  it('of a candidate that did not pass takes a person who overrules, which is shown', async () => {
    await inJudged(spec(), async (project) => {
      await merge(project, await project.candidate('notes', { 'skill.md': BETTER }, { verdict: 'INDETERMINATE' }));
      await expect(project.reyn.versions.adopt('notes')).rejects.toMatchObject({ code: 'refused', exit: 4 });
      const adopted = await project.reyn.versions.adopt('notes', { unverified: true });
      expect(adopted.verdict).toBe('promoted_unverified');
    });
  });
});
