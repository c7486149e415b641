import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionContext, decide } from '../../../src/os/permissions/decide.ts';
import type { Need } from '../../../src/os/permissions/need.ts';
import { needOf } from '../../../src/os/permissions/resource.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING } from './asking.ts';

const SHA = 'b'.repeat(64);
const EVERYTHING = {
  ...NO_PERMISSIONS,
  file: { read: ['**'], write: ['**'] },
  skill: { run: ['other'], delegate: [], write: [] },
};

/** A skill that declares every file, with an operator who allows every write: only protections and rules can stop it. */
function context(rest: Partial<DecisionContext> = {}): DecisionContext {
  const policy = { allow: [{ need: 'file.write' }], deny: [] };
  return { ...ASKING, permissions: EVERYTHING, bounds: [], policy, answers: [], blobs: new Set(), ...rest };
}
const NO_RULES = { allow: [], deny: [] };
const read = (path: string): Need => ({ kind: 'file.read', path });
const write = (path: string): Need => ({ kind: 'file.write', path });
const verdict = (need: Need, rest: Partial<DecisionContext> = {}) => {
  const decision = decide(need, context(rest));
  return `${decision.verdict} by ${decision.by}`;
};

describe('what a skill declares is the upper bound', () => {
  const permissions = { ...NO_PERMISSIONS, file: { read: ['docs/**'], write: ['docs/out/*.md'] } };

  it.each([
    [read('docs/a.md'), 'allow by zone project'],
    [read('./docs/../docs/a.md'), 'allow by zone project'],
    [read('src/a.ts'), 'deny by declared'],
    [read('Docs/a.md'), 'deny by declared'],
    [write('docs/out/a.md'), 'allow by allow rule 1'],
    [write('docs/out/a.txt'), 'deny by declared'],
    [write('docs/a.md'), 'deny by declared'],
    [{ kind: 'skill.run', skill: 'other' } as Need, 'deny by declared'],
    [{ kind: 'exec', argv: ['ls'] } as Need, 'deny by declared'],
    [{ kind: 'net', host: 'example.org' } as Need, 'deny by declared'],
    [{ kind: 'mcp', server: 'constructor', tool: 'x' } as Need, 'deny by declared'],
    [{ kind: 'recall', source: 'docs' } as Need, 'deny by declared'],
    [{ kind: 'index', source: 'docs' } as Need, 'deny by declared'],
    [{ kind: 'eval' } as Need, 'deny by declared'],
    [{ kind: 'skill.write', skill: 'demo' } as Need, 'deny by declared'],
  ])('%j: %s', (need, expected) => {
    expect(verdict(need, { permissions })).toBe(expected);
  });

  it('no rule and no answer reaches beyond it', () => {
    const answers = [{ need: 'file.write', resource: 'src/a.ts', allow: true, scope: 'run' as const, step: '1/s1' }];
    expect(verdict(write('src/a.ts'), { permissions, answers })).toBe('deny by declared');
  });

  it('names what is declared instead, and the place asked for', () => {
    const decision = decide(write('src/a.ts'), context({ permissions }));
    expect(decision.reason).toBe(
      'The skill "demo" does not declare file.write of "src/a.ts"; its permissions declare "docs/out/*.md".',
    );
  });

  it('a pattern that cannot be read declares nothing', () => {
    const broken = { ...NO_PERMISSIONS, file: { read: ['../**', '/etc/*', '@(..)/x'], write: [] } };
    expect(verdict(read('a'), { permissions: broken })).toBe('deny by declared');
  });
});

describe('paths that mean nothing', () => {
  it.each([
    '../out/secret.txt',
    'sub/../../out',
    '~/.ssh/id_rsa',
    'a\0b',
    '',
    'work:/../../x',
    './work:/x',
    'C:/x',
    'x'.repeat(300),
  ])('%j is denied for what it is, to read and to write', (path) => {
    expect(verdict(read(path))).toBe('deny by path');
    expect(verdict(write(path))).toBe('deny by path');
  });
});

describe('protected places', () => {
  const closedToAll = [
    ['.git', 'git'],
    ['.git/config', 'git'],
    ['sub/.git/hooks/pre-commit', 'git'],
    ['.gitmodules', 'git'],
    ['.reyn/approvals.jsonl', 'state'],
    ['.reyn/newdir/x', 'state'],
    ['sub/.reyn/x', 'state'],
    ['.env', 'secrets'],
    ['.env.local', 'secrets'],
    ['app/.env.production', 'secrets'],
    ['certs/server.pem', 'secrets'],
    ['server.key', 'secrets'],
    ['.ssh/known_hosts', 'secrets'],
    ['id_ed25519', 'secrets'],
    ['.npmrc', 'secrets'],
    ['reyn/project/review/eval.md', 'eval'],
    ['reyn/project/review/evals/cases.yaml', 'eval'],
    ['reyn/local/review/evals/deep/x.yaml', 'eval'],
  ];
  const closedToWriting = [
    ['reyn.yaml', 'config'],
    ['reyn.local.yaml', 'config'],
    ['sub/reyn.yaml', 'config'],
    ['.gitattributes', 'hooks'],
    ['.husky/pre-commit', 'hooks'],
    ['.vscode/settings.json', 'editor'],
    ['.vscode/tasks.json', 'editor'],
    ['.idea/x.xml', 'editor'],
    ['.mcp.json', 'agents'],
    ['.claude/settings.json', 'agents'],
    ['sub/.codex/config.toml', 'agents'],
    ['.bashrc', 'shell'],
    ['home/.zshenv', 'shell'],
    ['.config/fish/config.fish', 'shell'],
    ['node_modules/.bin/tsc', 'packages'],
    ['packages/a/node_modules/b/index.js', 'packages'],
    ['.github/workflows/x.yml', 'ci'],
    ['.gitlab-ci.yml', 'ci'],
    ['package-lock.json', 'lock'],
    ['crates/a/Cargo.lock', 'lock'],
  ];

  it.each(closedToAll)('%s can be neither read nor written', (path, id) => {
    expect(verdict(read(path))).toBe(`deny by protection ${id}`);
    expect(verdict(write(path))).toBe(`deny by protection ${id}`);
  });

  it.each(closedToWriting)('%s can be read and not written', (path, id) => {
    expect(verdict(read(path))).toBe('allow by zone project');
    expect(verdict(write(path))).toBe(`deny by protection ${id}`);
  });

  it.each([
    '.GIT/config',
    '.Git/hooks/x',
    '.g\u200cit/config',
    '.gi\u00adt/config',
    '．ｇｉｔ/config',
    '.gıt/config',
    '.git./config',
    '.git /config',
    '.git::$INDEX_ALLOCATION/config',
    'GIT~1/config',
    'sub/../.git/config',
    './/.git//config',
    '.ENV',
    '.Env.Local',
    '\uFF0Eenv',
    'REYN.YAML',
    'reyn.YAML.',
    'Reyn.local.yml',
    '.REYN/log/x',
    'Reyn/Project/review/EVAL.md',
    'reyn/project/review/Evals/x',
    'NODE_MODULES/x.js',
    '.GitHub/Workflows/x.yml',
    'Package-Lock.JSON',
    '.BashRC',
    'SERVER.KEY',
    'server.\u212AEY',
  ])('%j is the same place in another spelling', (path) => {
    expect(verdict(write(path))).toMatch(/^deny by protection /);
  });

  it('no rule and no answer opens them, and the reason says so', () => {
    const answers = [{ need: 'file.write', resource: '.git/config', allow: true, scope: 'run' as const, step: '1/s1' }];
    const policy = { allow: [{ need: 'file.write', resource: '.git/config' }], deny: [] };
    const decision = decide(write('.git/config'), context({ answers, policy }));
    expect(decision).toMatchObject({ verdict: 'deny', by: 'protection git' });
    expect(decision.reason).toContain('No rule or answer opens it.');
  });

  it.each([
    'out/.gitignore',
    '.github/ISSUE_TEMPLATE.md',
    'environment.ts',
    'keys.md',
    'reyn/memory/x.md',
    'docs/eval.md',
    'docs/evals/x.md',
    'AGENTS.md',
    'git/config',
    'package.json',
  ])('%s is an ordinary file', (path) => {
    expect(verdict(read(path))).toBe('allow by zone project');
    expect(verdict(write(path))).toBe('allow by allow rule 1');
  });

  it('whatever the case of the letters and wherever in the project', () => {
    const names = closedToAll.map(([path]) => path ?? '').filter((path) => !path.startsWith('reyn/'));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        (path, upper, nested) => {
          const spelled = [...path].map((letter, at) => (upper[at] === true ? letter.toUpperCase() : letter)).join('');
          expect(verdict(read(nested ? `a/b/${spelled}` : spelled))).toMatch(/^deny by protection/);
        },
      ),
    );
  });
});

describe('zones', () => {
  it('the work folder is open without being declared, and nothing in it is protected', () => {
    const closed = { permissions: NO_PERMISSIONS, policy: NO_RULES };
    expect(verdict(read('work:/a'), closed)).toBe('allow by zone work');
    expect(verdict(write('work:/.env'), closed)).toBe('allow by zone work');
  });

  it('a recorded value is open where the frame named it, and only to reading', () => {
    const blobs = new Set([SHA]);
    expect(verdict(read(`blob:${SHA}`), { blobs, permissions: NO_PERMISSIONS })).toBe('allow by zone blobs');
    expect(verdict(read(`blob:${SHA}`))).toBe('deny by zone blobs');
    expect(verdict(write(`blob:${SHA}`), { blobs })).toBe('deny by zone blobs');
  });

  it('declared project files are readable; writing them is asked for', () => {
    expect(verdict(read('a'), { policy: NO_RULES })).toBe('allow by zone project');
    expect(verdict(write('a'), { policy: NO_RULES })).toBe('ask by zone ask');
  });

  it('skills that are declared may be run', () => {
    expect(verdict({ kind: 'skill.run', skill: 'other' })).toBe('allow by zone skills');
  });

  it('programs, hosts and servers are asked for even when declared', () => {
    const permissions = { ...NO_PERMISSIONS, exec: [['git', '*']], net: ['example.org'], mcp: { files: ['list'] } };
    expect(verdict({ kind: 'exec', argv: ['git', 'log'] }, { permissions })).toBe('ask by zone ask');
    expect(verdict({ kind: 'exec', argv: ['git', 'log', '-p'] }, { permissions })).toBe('deny by declared');
    expect(verdict({ kind: 'net', host: 'example.org' }, { permissions })).toBe('ask by zone ask');
    expect(verdict({ kind: 'mcp', server: 'files', tool: 'list' }, { permissions })).toBe('ask by zone ask');
  });
});

describe('the folder a program starts in', () => {
  const permissions = { ...NO_PERMISSIONS, exec: [['pwd']] };
  const policy = { allow: [{ need: 'exec' as const }], deny: [] };
  const from = (cwd: string) => verdict({ kind: 'exec', argv: ['pwd'], cwd }, { permissions, policy });

  it.each(['.', 'src', 'src/', 'a/../b', 'work:/', 'work:/a'])('may be %s', (cwd) => {
    expect(from(cwd)).toBe('allow by allow rule 1');
  });

  it.each(['..', '../out', 'src/../../out', '/', '/etc', `blob:${SHA}`, 'work:/../x', 'a\\b', ''])(
    'is refused when it is %j, whoever allows the program',
    (cwd) => {
      expect(from(cwd)).toBe('deny by path');
    },
  );
});

describe('rules and answers', () => {
  it('a deny rule closes what a zone or an allow rule would open', () => {
    const deny = [
      { need: 'file.read', resource: 'docs/private' },
      { need: 'file.write', resource: 'src/**' },
    ];
    const policy = { allow: [{ need: 'file.write' }], deny };
    expect(verdict(read('docs/private/a.md'), { policy })).toBe('deny by deny rule 1');
    expect(verdict(write('src/a/b.ts'), { policy })).toBe('deny by deny rule 2');
    expect(verdict(write('docs/private/a.md'), { policy })).toBe('allow by allow rule 1');
    expect(verdict(read('src/a/b.ts'), { policy })).toBe('allow by zone project');
  });

  it('a deny rule closes every spelling of the name', () => {
    const policy = { allow: [], deny: [{ need: 'file.read', resource: 'secret-caf\u00e9.txt' }] };
    for (const path of ['secret-caf\u00e9.txt', 'secret-cafe\u0301.txt', 'SECRET-CAF\u00c9.TXT']) {
      expect(verdict(read(path), { policy })).toBe('deny by deny rule 1');
    }
  });

  it('a deny rule that cannot be read closes everything of its kind', () => {
    const policy = { allow: [], deny: [{ need: 'file.read', resource: '!(x)' }] };
    expect(verdict(read('a'), { policy })).toBe('deny by deny rule 1');
  });

  it('an allow rule opens exactly what it names', () => {
    const policy = { allow: [{ need: 'file.write', resource: 'out/*.md', skill: 'demo' }], deny: [] };
    expect(verdict(write('out/a.md'), { policy })).toBe('allow by allow rule 1');
    expect(verdict(write('out/b/a.md'), { policy })).toBe('ask by zone ask');
    expect(verdict(write('OUT/a.md'), { policy })).toBe('ask by zone ask');
    expect(verdict(write('out/a.md'), { policy, skill: 'another' })).toBe('ask by zone ask');
    const broken = { allow: [{ need: 'file.write', resource: '!(x)' }], deny: [] };
    expect(verdict(write('a'), { policy: broken })).toBe('ask by zone ask');
  });

  it('rules speak of the work folder by its name', () => {
    const policy = { allow: [], deny: [{ need: 'file.write', resource: 'work:/**' }] };
    expect(verdict(write('work:/a'), { policy })).toBe('deny by deny rule 1');
  });

  it('an answer holds for the same place and the same act, in whatever spelling it was asked', () => {
    const answers = [
      { need: 'file.write', resource: './out/../a.md', allow: true, scope: 'run' as const, step: '1/s1' },
    ];
    const rest = { policy: NO_RULES, answers };
    expect(verdict(write('a.md'), rest)).toBe('allow by answer');
    expect(verdict(write('b.md'), rest)).toBe('ask by zone ask');
  });

  it('a refusal stands, and is not asked again', () => {
    const answers = [{ need: 'file.write', resource: 'a.md', allow: false, scope: 'run' as const, step: '1/s1' }];
    expect(verdict(write('a.md'), { policy: NO_RULES, answers })).toBe('deny by answer');
    expect(verdict(write('a.md'), { answers })).toBe('allow by allow rule 1');
  });

  it('a rule without a resource, or for everything, does not reach into skills', () => {
    const skill = write('reyn/project/review/skill.md');
    expect(verdict(skill)).toBe('ask by zone ask');
    const everything = { allow: [{ need: 'file.write', resource: '**' }], deny: [] };
    expect(verdict(skill, { policy: everything })).toBe('ask by zone ask');
    const named = { allow: [{ need: 'file.write', resource: 'reyn/project/review/**' }], deny: [] };
    expect(verdict(skill, { policy: named })).toBe('allow by allow rule 1');
  });
});

describe('walking a folder', () => {
  const tree = (path: string): Need => ({ kind: 'file.read', path, tree: true });
  const permissions = { ...NO_PERMISSIONS, file: { read: ['docs/**/*.md', 'src/a.ts'], write: [] } };

  it('is allowed where something below may be read', () => {
    for (const path of ['.', 'docs', 'docs/deep', 'src']) {
      expect(verdict(tree(path), { permissions })).toBe('allow by zone project');
    }
    expect(verdict(tree('tests'), { permissions })).toBe('deny by declared');
    expect(verdict(tree('.git'))).toBe('deny by protection git');
    expect(verdict(tree('../out'))).toBe('deny by path');
    expect(verdict(tree('work:/'), { permissions: NO_PERMISSIONS })).toBe('allow by zone work');
  });

  it('is denied where a rule closes all of it', () => {
    expect(verdict(tree('.'), { policy: { allow: [], deny: [{ need: 'file.read' }] } })).toBe('deny by deny rule 1');
    expect(verdict(tree('.'), { policy: { allow: [], deny: [{ need: 'file.read', resource: '**' }] } })).toBe(
      'deny by deny rule 1',
    );
    expect(verdict(tree('.'), { policy: { allow: [], deny: [{ need: 'file.read', resource: 'docs' }] } })).toBe(
      'allow by zone project',
    );
  });
});

describe('indexed sources', () => {
  const permissions = { ...NO_PERMISSIONS, recall: ['docs', 'events'], index: ['docs', 'events'] };
  const recall = (source: string): Need => ({ kind: 'recall', source });
  const index = (source: string): Need => ({ kind: 'index', source });

  it.each([
    [recall('docs'), 'allow by zone index'],
    [recall('events'), 'allow by zone index'],
    [recall('other'), 'deny by declared'],
    [index('docs'), 'allow by zone index'],
    [index('Docs'), 'deny by declared'],
    [index('events'), 'deny by protection events'],
  ])('%j: %s', (need, expected) => {
    expect(verdict(need, { permissions, policy: NO_RULES })).toBe(expected);
  });

  it('can be closed by the operator, and the log cannot be opened for writing', () => {
    const deny = { allow: [], deny: [{ need: 'recall', resource: 'events' }] };
    expect(verdict(recall('events'), { permissions, policy: deny })).toBe('deny by deny rule 1');
    const allow = { allow: [{ need: 'index' }], deny: [] };
    expect(verdict(index('events'), { permissions, policy: allow })).toBe('deny by protection events');
  });
});

describe('a Python function', () => {
  const call: Need = { kind: 'python', module: 'lib/rank', function: 'score' };
  const permissions = { ...NO_PERMISSIONS, python: [{ module: 'lib/rank', function: 'score' }] };

  it('that is declared needs no more leave where it is kept from the machine', () => {
    expect(verdict(call, { permissions })).toBe('allow by zone python');
    expect(verdict({ ...call, function: 'other' }, { permissions })).toBe('deny by declared');
    expect(verdict({ ...call, module: 'rank' }, { permissions })).toBe('deny by declared');
  });

  it('is asked for where nothing keeps it from the machine', () => {
    expect(verdict(call, { permissions, isolated: false })).toBe('ask by zone ask');
    const policy = { allow: [{ need: 'python' as const, resource: 'lib/rank.py:*' }], deny: [] };
    expect(verdict(call, { permissions, isolated: false, policy })).toBe('allow by allow rule 1');
  });

  it.each(['lib/rank:score', 'lib/rank.py:score', './lib/rank:*', 'LIB/Rank:Score', '*'])(
    'is closed by the deny rule %s',
    (resource) => {
      const policy = { allow: [], deny: [{ need: 'python' as const, resource }] };
      expect(verdict(call, { permissions, policy })).toBe('deny by deny rule 1');
    },
  );

  it('is named the same however a person writes its module', () => {
    expect(needOf('python', './lib/rank.py:score')).toEqual(call);
    expect(needOf('python', 'score')).toHaveProperty('problem');
  });
});
