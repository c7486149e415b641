import { describe, expect, it } from 'vitest';
import { compileSkill } from '../../../../src/os/skills/compile.ts';
import { fingerprintOf } from '../../../../src/os/skills/fingerprint.ts';
import { compile, type Files, places, skillOf, sourceOf } from '../skill-files.ts';

const MD = '---\nname: demo\ndescription: Reads.\n---\n# Hi\n\nRead `references/a.md`, then go to the end.\n';
const WITH_FILES: Files = { 'SKILL.md': MD, 'references/a.md': 'x' };

describe('a folder with a SKILL.md', () => {
  it('is a skill of one phase: a message in, a text out, the body as its instructions', () => {
    const skill = skillOf({ 'SKILL.md': MD });
    expect(skill).toMatchObject({ name: 'demo', description: 'Reads.', kind: 'graph', finalOutput: 'answer' });
    expect(Object.keys(skill.phases)).toEqual(['demo']);
    expect(skill.phases.demo?.input).toEqual(['user_message']);
    expect(skill.phases.demo?.instructions).toBe('# Hi\n\nRead `references/a.md`, then go to the end.');
    expect(skill.artifacts.answer?.schema).toMatchObject({ required: ['text'] });
  });

  it('may read its own other files and nothing else', () => {
    const skill = skillOf(WITH_FILES);
    expect(skill.permissions.file).toEqual({ read: ['reyn/project/demo/**'], write: [] });
    expect(skill.phases.demo?.allowedOps).toEqual(['read_file', 'glob_files', 'grep_files', 'ask_user']);
    expect(skill.phases.demo?.instructions).toMatch(/lie in `reyn\/project\/demo\/`; read them there\.$/);
  });

  it.each(['/usr/lib/skills/demo', '../demo', '.', 'odd[1]/demo', 'C:/skills/demo'])(
    'reads nothing where it lies at %s, which no permission can name',
    (dir) => {
      const { skill } = compileSkill({ ...sourceOf(WITH_FILES), dir });
      expect(skill?.permissions.file.read).toEqual([]);
      expect(skill?.phases.demo?.allowedOps).toEqual(['ask_user']);
    },
  );

  it('goes by the name of its folder, hyphens and all', () => {
    const skill = skillOf({ 'SKILL.md': '---\nname: pdf-forms\ndescription: x\n---\nGo.' }, 'pdf-forms');
    expect([skill.name, skill.entry]).toEqual(['pdf-forms', 'pdf_forms']);
    expect(skillOf({ 'SKILL.md': MD }, 'other').name).toBe('other');
    const elsewhere = compileSkill(sourceOf({ 'SKILL.md': MD }, 'checkout-12', 'path')).skill;
    expect(elsewhere?.name).toBe('demo');
  });

  it('keeps allowed-tools as required_tools and grants nothing for it', () => {
    const md = '---\nname: demo\ndescription: x\nallowed-tools: Bash(git status:*) Read, Write\n---\nGo.';
    const { skill, findings } = compile({ 'SKILL.md': md });
    expect(skill?.library).toEqual({ required_tools: ['Bash(git status:*)', 'Read', 'Write'] });
    expect(skill?.permissions.exec).toEqual([]);
    expect(findings.map(({ rule, line }) => `${rule} ${line}`)).toEqual(['agent-skill/tools 4']);
    expect(findings[0]?.message).toContain('"Bash(git status:*)" and "Write"');
  });

  it('has the fingerprint of its files, whatever is made of them', () => {
    expect(skillOf(WITH_FILES).fingerprint).toBe(fingerprintOf(sourceOf(WITH_FILES)));
  });

  it('owns folders of any name: they are no phases and no artifacts', () => {
    expect(places({ ...WITH_FILES, 'phases/new.txt': 'x', 'artifacts/deep/pot.md': 'x' })).toEqual([]);
  });

  it('is not one when a skill.md stands beside it', () => {
    const both = {
      'SKILL.md': MD,
      'skill.md': '---\ntype: skill\nname: demo\nartifacts: { a: { b: string } }\n---\nGo.',
    };
    expect(places(both)).toEqual(['SKILL.md:1:1 two-skill-files']);
  });

  it.each([
    ['no front matter', '# Hi\n', 'SKILL.md:1:1 front-matter'],
    ['an engine', '---js\nname: demo\n---\n', 'SKILL.md:1:1 front-matter'],
    ['a list', '---\n- a\n---\n', 'SKILL.md:1:1 wrong-kind'],
    ['no YAML', '---\nname: demo\ndescription: a: b\n---\n', 'SKILL.md:3:15 yaml'],
    ['a folder name that cannot be', MD, 'SKILL.md:2:1 name'],
  ])('with %s does not load and says where', (what, md, place) => {
    const name = what.startsWith('a folder') ? 'No Name' : 'demo';
    const found = places({ 'SKILL.md': md }, name);
    expect(found).toContain(place);
    expect(compile({ 'SKILL.md': md }, name).skill).toBeUndefined();
  });
});

describe('scripts of a folder with a SKILL.md', () => {
  const SCRIPTS: Files = {
    'SKILL.md': MD,
    'scripts/fields.py': 'print(1)\n',
    'scripts/lib/go.sh': '#!/bin/sh\necho hi\n',
    'scripts/count': '#!/usr/bin/env python3\n',
    'scripts/data.csv': 'a,b\n',
    'assets/tool.py': 'print(2)\n',
  };
  const at = (file: string) => `reyn/project/demo/scripts/${file}`;

  it('are declared, each by what runs it and its whole path, with any arguments', () => {
    const { permissions, phases } = skillOf(SCRIPTS);
    expect(new Set(permissions.exec.map((words) => words.join(' ')))).toEqual(
      new Set([
        `python3 ${at('fields.py')} **`,
        `bash ${at('lib/go.sh')} **`,
        `${at('lib/go.sh')} **`,
        `${at('count')} **`,
      ]),
    );
    expect(phases.demo?.allowedOps).toEqual(['read_file', 'glob_files', 'grep_files', 'sandboxed_exec', 'ask_user']);
    expect(phases.demo?.instructions).toContain(at(''));
  });

  it('open no file that was not open, and no network', () => {
    const { permissions } = skillOf(SCRIPTS);
    expect(permissions).toMatchObject({ file: { read: ['reyn/project/demo/**'], write: [] }, net: [], mcp: {} });
  });

  it('are not declared where the folder lies outside the project', () => {
    const { skill } = compileSkill({ ...sourceOf(SCRIPTS), dir: '/usr/lib/skills/demo' });
    expect(skill?.permissions.exec).toEqual([]);
    expect(skill?.phases.demo?.allowedOps).toEqual(['ask_user']);
  });

  it('are none where there is nothing to run: no program is allowed', () => {
    const skill = skillOf({ 'SKILL.md': MD, 'scripts/readme.txt': 'x', 'assets/tool.py': 'x' });
    expect(skill.permissions.exec).toEqual([]);
    expect(skill.phases.demo?.allowedOps).not.toContain('sandboxed_exec');
  });

  it('stand for the tool Bash of allowed-tools, and for no other', () => {
    const md = '---\nname: demo\ndescription: x\nallowed-tools: Bash(python:*) Write\n---\nGo.';
    const { findings } = compile({ ...SCRIPTS, 'SKILL.md': md });
    expect(findings.map(({ message }) => message)).toEqual([
      'no op of a skill like this stands for "Write": it is done without',
    ]);
  });
});
