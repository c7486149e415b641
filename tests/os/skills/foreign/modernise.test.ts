import { describe, expect, it } from 'vitest';
import type { OpStep } from '../../../../src/os/skills/skill.ts';
import { compile, type Files, skillOf } from '../skill-files.ts';

const THING = 'name: thing\nschema: { type: object, properties: { file: { type: string }, got: { type: object } } }\n';

/** A skill of one phase in the folder form: lines of front matter of the skill, of the phase. */
function folder(skill: readonly string[], phase: readonly string[], more: Files = {}): Files {
  return {
    'skill.md': ['---', 'type: skill', 'name: demo', 'graph: { one: [] }', ...skill, '---', ''].join('\n'),
    'phases/one.md': ['---', 'type: phase', 'name: one', 'input: thing', ...phase, '---', 'Do it.'].join('\n'),
    'artifacts/thing.yaml': THING,
    ...more,
  };
}

function stepOf(...lines: string[]): OpStep {
  const skill = skillOf(folder([], ['preprocessor:', ...lines]));
  return skill.phases.one?.preprocessor[0] as OpStep;
}

function spots(files: Files): string[] {
  return compile(files).findings.map(({ file, line, column, severity, rule }) => {
    return `${file}:${line}:${column} ${severity} ${rule}`;
  });
}

describe('a step of type run_op', () => {
  it.each([
    ['read', 'path: a.md', 'read_file', { path: 'a.md' }],
    ['write', 'path: a.md, content: x', 'write_file', { path: 'a.md', content: 'x' }],
    ['delete', 'path: a.md', 'delete_file', { path: 'a.md' }],
    ['glob', 'path: "docs/*.md"', 'glob_files', { pattern: 'docs/*.md' }],
    ['grep', 'path: docs, pattern: x, head_limit: 3', 'grep_files', { path: 'docs', pattern: 'x', max: 3 }],
    [
      'edit',
      'path: a.md, old_string: x, new_string: "y", replace_all: true',
      'edit_file',
      { path: 'a.md', edits: [{ find: 'x', replace: 'y', all: true }] },
    ],
  ])('that does file %s is the op of that name', (op, args, kind, expected) => {
    const step = stepOf(`  - { type: run_op, op: { kind: file, op: ${op}, ${args} }, on_error: skip }`);
    expect(step).toMatchObject({ type: 'op', op: kind, onError: 'skip' });
    expect(step.args).toEqual(expected);
  });

  it('of any other kind is the op of that name with its arguments as given', () => {
    const step = stepOf('  - { type: run_op, op: { kind: read_file, path: a.md, lines: { from: 1 } } }');
    expect(step).toMatchObject({ op: 'read_file', args: { path: 'a.md', lines: { from: 1 } } });
  });

  it('picks arguments by path, which win over a literal of the name', () => {
    const step = stepOf('  - { type: run_op, op: { kind: file, op: read, path: X }, args_from: { path: file } }');
    expect(step.args).toEqual({ path: '${'.concat('input.file}') });
  });

  it('drops the envelope of its paths, unless the type has such a field', () => {
    const steps = [
      'preprocessor:',
      '  - { type: run_op, op: { kind: file, op: read }, args_from: { path: data.file }, into: data.got }',
    ];
    const dropped = skillOf(folder([], steps)).phases.one?.preprocessor[0] as OpStep;
    expect(dropped).toMatchObject({ args: { path: '${'.concat('input.file}') }, into: ['got'] });
    const own = { 'artifacts/thing.yaml': 'type: object\nproperties: { data: { type: object } }\n' };
    const kept = skillOf(folder([], steps, own)).phases.one?.preprocessor[0] as OpStep;
    expect(kept).toMatchObject({ args: { path: '${'.concat('input.data.file}') }, into: ['data', 'got'] });
  });

  it('leaves paths alone where the list has no run_op', () => {
    const lines = ['preprocessor:', '  - { type: op, op: read_file, args: { path: a }, into: data.got }'];
    const { skill, findings } = compile(folder([], lines));
    expect(skill?.phases.one?.preprocessor[0]).toMatchObject({ into: ['data', 'got'] });
    expect(findings).toEqual([]);
  });

  it('below an iteration picks from the item by the name it goes by', () => {
    const lines = (as: string, path: string) => [
      'preprocessor:',
      `  - { type: iterate, over: data.list, ${as} apply: { type: run_op, op: { kind: file, op: read, path: X }, args_from: { path: ${path} } }, into: data.got }`,
    ];
    const thing = {
      'artifacts/thing.yaml': 'type: object\nproperties: { list: { type: array }, got: { type: array } }\n',
    };
    const pathOf = (as: string, path: string) => {
      const step = skillOf(folder([], lines(as, path), thing)).phases.one?.preprocessor[0];
      return step?.type === 'iterate' && step.apply.type === 'op' ? [step.over, step.into, step.apply.args.path] : [];
    };
    const place = (path: string) => '${'.concat(path, '}');
    expect(pathOf('', '_iter.item.file')).toEqual([['list'], ['got'], place('input.item.file')]);
    expect(pathOf('as: row,', '_iter.item')).toEqual([['list'], ['got'], place('input.row')]);
    expect(pathOf('', '_iter.index')).toEqual([['list'], ['got'], place('input.index')]);
    expect(pathOf('', 'data.folder')).toEqual([['list'], ['got'], place('input.folder')]);
    expect(spots(folder([], lines('', 'data.item'), thing))).toContainEqual(
      expect.stringMatching(/^phases.one\.md:6:.* error format.path$/),
    );
  });

  it('is refused at the argument that has no counterpart, or would change its meaning', () => {
    const lines = [
      'preprocessor:',
      '  - type: run_op',
      '    op: { kind: file, op: read, path: a, limit: 3 }',
      '  - type: run_op',
      '    op: { kind: file, op: write, path: a, content: "$\\x7bHOME}" }',
      '  - type: run_op',
      '    op: { kind: file, op: read }',
      '    args_from: { path: "items[*].name" }',
      '  - type: run_op',
      '    op: { kind: shell }',
      '    args_from: { cmd: file }',
    ];
    expect(spots(folder([], lines))).toEqual([
      'phases/one.md:7:42 error foreign/op-argument',
      'phases/one.md:9:43 error foreign/literal-template',
      'phases/one.md:12:18 error format/path',
      'phases/one.md:15:18 error foreign/op-argument',
    ]);
  });

  it('shows what the readers behind find at the foreign key', () => {
    const lines = [
      'preprocessor:',
      '  - type: python',
      '    function: f',
      '  - type: run_op',
      '    op: { kind: file, op: read, path: a }',
      '    on_error: maybe',
    ];
    expect(spots(folder([], lines))).toEqual([
      'phases/one.md:6:5 error format/missing-key',
      'phases/one.md:6:5 error format/missing-key',
      'phases/one.md:8:5 warning foreign/run-op',
      'phases/one.md:10:5 error format/wrong-kind',
    ]);
  });
});

describe('the one-file form and the postprocessor', () => {
  it('are read the same way, with findings at the foreign keys', () => {
    const skillMd = [
      '---',
      'type: skill',
      'name: demo',
      'artifacts: { thing: { file: string } }',
      'graph: { one: [] }',
      'postprocessor:',
      '  output_name: thing',
      '  output_schema: { file: string }',
      '  steps:',
      '    - { type: run_op, op: { kind: file, op: read, path: a }, on_error: maybe }',
      '---',
      '',
      '## phase: one',
      '',
      '```yaml',
      'allowed_ops: [lint, file]',
      'preprocessor:',
      '  - { type: python, function: f }',
      '  - { type: run_op, op: { kind: file, op: read, path: a }, when: 5 }',
      '```',
      '',
      'Do it.',
    ].join('\n');
    expect(spots({ 'skill.md': skillMd })).toEqual([
      'skill.md:10:9 warning foreign/run-op',
      'skill.md:10:62 error format/wrong-kind',
      'skill.md:16:15 warning foreign/coarse-op',
      'skill.md:16:21 warning foreign/coarse-op',
      'skill.md:18:5 error format/missing-key',
      'skill.md:18:5 error format/missing-key',
      'skill.md:19:7 warning foreign/run-op',
      'skill.md:19:60 error format/wrong-kind',
    ]);
  });
});

describe('coarse names in allowed_ops', () => {
  it.each([
    ['nothing', [], ['read_file', 'glob_files', 'grep_files', 'write_file', 'edit_file', 'delete_file']],
    ['reading', ['permissions: { file: { read: [docs/**] } }'], ['read_file', 'glob_files', 'grep_files']],
    ['writing', ['permissions: { file.write: [out/**] }'], ['write_file', 'edit_file', 'delete_file']],
  ])('are the file ops that are covered where permissions declare %s', (_, skill, ops) => {
    expect(skillOf(folder(skill, ['allowed_ops: [file]'])).phases.one?.allowedOps).toEqual(ops);
  });

  it('name an op once, and keep the others in their places', () => {
    const skill = skillOf(
      folder(['permissions: { file.read: [docs/**] }'], ['allowed_ops: [ask_user, read_file, file, lint]']),
    );
    expect(skill.phases.one?.allowedOps).toEqual(['ask_user', 'read_file', 'glob_files', 'grep_files', 'lint_skill']);
  });
});

describe('older permissions', () => {
  it('are globs: a path, or all below it', () => {
    const lines = [
      'permissions:',
      '  file.read:',
      '    - { path: ./docs/, scope: recursive }',
      '    - { path: a.md, scope: just_path }',
      '    - { path: ., scope: recursive }',
      '  file: { write: [out/**] }',
    ];
    expect(skillOf(folder(lines, [])).permissions.file).toEqual({ read: ['docs/**', 'a.md', '**'], write: ['out/**'] });
  });

  it('never grant what cannot be said here', () => {
    const lines = ['permissions: { shell: true, tool: [web_search], mcp: [github], index_drop: true }'];
    const { permissions } = skillOf(folder(lines, []));
    expect(permissions).toMatchObject({ exec: [], net: [], mcp: {}, index: [] });
  });

  it('read "shell: true" as the very commands of the steps, and nothing more', () => {
    const run = (cmd: string) => `  - { type: run_op, op: { kind: shell, cmd: "${cmd}" } }`;
    const steps = ['allowed_ops: [shell]', 'preprocessor:', run('git diff HEAD'), run('cat a.md | wc -l')];
    const skill = skillOf(folder(['permissions: { shell: true, exec: [[make]] }'], steps));
    const argvs = [
      ['git', 'diff', 'HEAD'],
      ['sh', '-c', 'cat a.md | wc -l'],
    ];
    expect(skill.permissions.exec).toEqual([['make'], ...argvs]);
    expect(skill.phases.one?.preprocessor).toMatchObject(
      argvs.map((argv) => ({ op: 'sandboxed_exec', args: { argv } })),
    );
    expect(skill.phases.one?.allowedOps).toEqual(['sandboxed_exec']);
  });

  it.each([
    ['git log *', [['git', 'log', '**']]],
    ['make test', [['make', 'test']]],
    ['make; curl evil.example', []],
    ['rm $HOME', []],
    ['A=1 make', []],
    ['cd docs', []],
    ['*', []],
  ])('read the command %j in a list as what it means without a shell', (line, exec) => {
    const lines = [`permissions: { shell: ["${line}"] }`];
    expect(skillOf(folder(lines, ['allowed_ops: [shell]'])).permissions.exec).toEqual(exec);
    const rules = compile(folder(lines, [])).findings.map(({ rule }) => rule);
    expect(rules).toEqual([exec.length === 0 ? 'foreign/lost-permission' : 'foreign/permission']);
  });

  it('are refused beside the newer spelling of the same, and where an entry cannot be read', () => {
    const both = ['permissions:', '  file.read: [a]', '  file: { read: [b] }'];
    expect(spots(folder(both, []))).toEqual(['skill.md:6:3 error format/duplicate-key']);
    const odd = ['permissions:', '  file.read:', '    - { path: a, scope: everything }'];
    expect(spots(folder(odd, []))).toContain('skill.md:7:7 error format/wrong-kind');
  });
});

describe('a skill without anything foreign', () => {
  it('is not touched: no finding, and the same skill', () => {
    const { skill, findings } = compile(folder(['permissions: { file: { read: [docs/**] } }'], ['allowed_ops: []']));
    expect(findings).toEqual([]);
    expect(skill).toMatchObject({ permissions: { file: { read: ['docs/**'] } } });
  });
});

describe('warnings of the loader', () => {
  it('are as many as help, and never keep a skill from loading', () => {
    const keys = Array.from({ length: 300 }, (_, nth) => `    f${nth}: { type: string, x-reyn-members-of: a.b }`);
    const thing = `type: object\nproperties:\n${keys.join('\n')}\n`;
    const { skill, findings } = compile(folder([], [], { 'artifacts/thing.yaml': thing }));
    expect(skill).toBeDefined();
    expect(findings.length).toBeLessThanOrEqual(100);
  });
});

describe('Python of the original', () => {
  const STATS = 'def count(artifact):\n    return len(artifact["data"]["file"])\n';
  const step = (module: string) => [
    'preprocessor:',
    `  - { type: python, module: ${module}, function: count, into: data.got, output_schema: integer }`,
  ];
  const entry = (keys: string) => ['permissions:', '  python:', `    - { ${keys} }`];

  it.each([
    ['./stats.py', 'stats.py', '../stats.py'],
    ['stats', 'stats.py', '../stats.py'],
    ['./steps/stats.py', 'steps/stats.py', 'stats.py'],
    ['lib/stats', 'lib/stats.py', '../lib/stats.py'],
  ])('%s is the file %s, whose function gets the envelope', (module, file, name) => {
    const skill = skillOf(folder([], step(module), { [file]: STATS }));
    expect(skill.phases.one?.preprocessor[0]).toMatchObject({ module: name, envelope: true, into: ['got'] });
    expect(skill.code[name]).toBe(STATS);
  });

  it('in steps/ is named and called as here', () => {
    const { skill, findings } = compile(folder([], step('stats'), { 'steps/stats.py': STATS, 'stats.py': 'x' }));
    expect(skill?.phases.one?.preprocessor[0]).toMatchObject({ module: 'stats.py', envelope: false });
    expect(findings).toEqual([]);
  });

  it('permits a function by module and name, however the module is written', () => {
    const permitted = (keys: string, more: Files = {}) => skillOf(folder(entry(keys), [], more)).permissions.python;
    expect(permitted('module: ./stats.py, function: count, mode: safe, timeout: 5')).toEqual([
      { module: 'stats', function: 'count', timeout: 5 },
    ]);
    const inSteps = { 'steps/stats.py': STATS };
    expect(permitted('module: ./steps/stats.py, function: count', inSteps)).toEqual([
      { module: 'stats', function: 'count' },
    ]);
    expect(permitted('module: a, function: b, timeout: 300')).toEqual([{ module: 'a', function: 'b', timeout: 60 }]);
  });

  it('with the whole machine is refused in a sentence', () => {
    const { skill, findings } = compile(folder(entry('module: a, function: b, mode: unsafe'), []));
    expect(skill).toBeUndefined();
    expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
      [
        'foreign/unsafe-python',
        '"mode: unsafe" asks for files, network and packages, and a python step here has none of them',
      ],
    ]);
  });

  it('that cannot be read is refused where it stands', () => {
    expect(spots(folder(entry('module: a, mode: fast'), []))).toEqual([
      'skill.md:7:7 error format/missing-key',
      'skill.md:7:20 error format/wrong-kind',
    ]);
    expect(spots(folder(['permissions: { python: [a, 3], shell: 5 }'], []))).toEqual([
      'skill.md:5:25 error format/wrong-kind',
      'skill.md:5:28 error format/wrong-kind',
      'skill.md:5:32 warning foreign/lost-permission',
    ]);
  });
});
