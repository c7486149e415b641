import { describe, expect, it } from 'vitest';
import { type Bound, type DecisionContext, decide, type PermissionAnswer } from '../../../src/os/permissions/decide.ts';
import type { Grant } from '../../../src/os/permissions/grant.ts';
import type { Need } from '../../../src/os/permissions/need.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING, NOON, VERSION } from './asking.ts';

const PIN = 'c'.repeat(64);
const DECLARED = {
  ...NO_PERMISSIONS,
  file: { read: ['**', '/**'], write: ['**', '/**'] },
  exec: [
    ['git', '**'],
    ['rm', '**'],
    ['/bin/rm', '**'],
  ],
  net: ['*', '*:*'],
  mcp: { files: ['*'] },
  secrets: ['DEPLOY_KEY'],
};
const GRANT: Grant = {
  id: 'g1',
  skill: 'demo',
  fingerprint: VERSION,
  need: 'file.write',
  resource: 'out/a.md',
  scope: 'exact',
  granted: '2026-11-01T00:00:00Z',
  expires: '2026-12-01T00:00:00Z',
  who: 'pat',
};

function verdict(need: Need, rest: Partial<DecisionContext> = {}): string {
  const decision = decide(need, { ...ASKING, permissions: DECLARED, ...rest });
  return `${decision.verdict} by ${decision.by}`;
}
const withGrant = (grant: Partial<Grant>, need: Need, rest: Partial<DecisionContext> = {}) =>
  verdict(need, { grants: [{ ...GRANT, ...grant }], ...rest });
const read = (path: string): Need => ({ kind: 'file.read', path });
const write = (path: string): Need => ({ kind: 'file.write', path });
const exec = (...argv: string[]): Need => ({ kind: 'exec', argv });
const net = (host: string): Need => ({ kind: 'net', host });
const mcp = (tool: string, pin?: string): Need => ({ kind: 'mcp', server: 'files', tool, ...(pin ? { pin } : {}) });
const ASK = 'ask by zone ask';

describe('a saved grant', () => {
  it('opens exactly what it names, in whatever spelling that is asked for', () => {
    expect(withGrant({}, write('out/a.md'))).toBe('allow by grant g1');
    expect(withGrant({}, write('./out/../out/a.md'))).toBe('allow by grant g1');
    for (const other of ['out/b.md', 'out/a.md.txt', 'OUT/a.md', 'out/a.md/b', '/out/a.md', 'x/out/a.md']) {
      expect(withGrant({}, write(other)), other).toBe(ASK);
    }
    expect(withGrant({}, write('work:/out/a.md'))).toBe('allow by zone work');
  });

  it('of a subtree opens all below it, and neither it nor its neighbours', () => {
    const out = { resource: 'out', scope: 'subtree' } as const;
    expect(withGrant(out, write('out/a/b.md'))).toBe('allow by grant g1');
    for (const other of ['out', 'out2/a.md', 'a/out/b.md', 'Out/a.md', '/out/a.md']) {
      expect(withGrant(out, write(other)), other).toBe(ASK);
    }
    expect(withGrant({ ...out, resource: '/srv/x' }, write('/srv/x/y'))).toBe('allow by grant g1');
    expect(withGrant({ ...out, resource: '/srv/x' }, write('srv/x/y'))).toBe(ASK);
  });

  it('is for one kind of need, one skill, one version of it, and for one op where it says so', () => {
    expect(withGrant({ resource: '/srv/a', need: 'file.read' }, write('/srv/a'))).toBe(ASK);
    expect(withGrant({ skill: 'another' }, write('out/a.md'))).toBe(ASK);
    expect(withGrant({ fingerprint: 'b'.repeat(64) }, write('out/a.md'))).toBe(ASK);
    expect(withGrant({ op: 'write_file' }, write('out/a.md'))).toBe(ASK);
    expect(withGrant({ op: 'write_file' }, write('out/a.md'), { op: 'write_file' })).toBe('allow by grant g1');
  });

  it('that was given to another version is spoken of in the question', () => {
    const decision = decide(write('out/a.md'), {
      ...ASKING,
      permissions: DECLARED,
      grants: [{ ...GRANT, fingerprint: 'b'.repeat(64) }],
    });
    expect(decision.reason).toContain('It was allowed to another version of the skill.');
  });

  it.each([
    ['2026-11-26T12:00:00Z', ASK],
    ['2026-11-26T11:59:59Z', ASK],
    ['2026-11-26T12:00:01Z', 'allow by grant g1'],
    ['some day', ASK],
    ['', ASK],
  ])('that expires at %j: %s at noon', (expires, expected) => {
    expect(withGrant({ expires }, write('out/a.md'))).toBe(expected);
  });

  it('holds for tools of a server as they were, and asks again once they are others', () => {
    const given = { need: 'mcp', resource: 'files/list', pin: PIN } as const;
    expect(withGrant(given, mcp('list', PIN))).toBe('allow by grant g1');
    expect(withGrant(given, mcp('list', 'd'.repeat(64)))).toBe(ASK);
    expect(withGrant(given, mcp('list'))).toBe(ASK);
    expect(withGrant({ ...given, resource: 'files', scope: 'subtree' }, mcp('drop', PIN))).toBe('allow by grant g1');
    const { pin: _, ...unpinned } = { ...GRANT, ...given };
    expect(verdict(mcp('list', PIN), { grants: [unpinned] })).toBe(ASK);
    const drifted = { ...ASKING, permissions: DECLARED, grants: [{ ...GRANT, ...given }] };
    expect(decide(mcp('list', 'd'.repeat(64)), drifted).reason).toContain('are not those that were allowed');
  });

  it('of a command opens that command, or with all that follows its words', () => {
    const given = { need: 'exec', resource: "git commit -m 'a b'" } as const;
    expect(withGrant(given, exec('git', 'commit', '-m', 'a b'))).toBe('allow by grant g1');
    expect(withGrant(given, exec('git', 'commit', '-m', 'a', 'b'))).toBe(ASK);
    const below = { need: 'exec', resource: 'git log', scope: 'subtree' } as const;
    expect(withGrant(below, exec('git', 'log', '-1'))).toBe('allow by grant g1');
    expect(withGrant(below, exec('git', 'push'))).toBe(ASK);
    expect(withGrant({ ...below, resource: "git 'open" }, exec('git', 'log'))).toBe(ASK);
    expect(withGrant({ ...below, resource: '' }, exec('git', 'log'))).toBe(ASK);
  });

  it('reaches into the skills of the project only when it names them', () => {
    const skill = write('reyn/project/review/skill.md');
    const grant = (resource: string) => withGrant({ resource, scope: 'subtree' }, skill);
    expect(grant('reyn')).toBe(ASK);
    expect(grant('reyn/project')).toBe('allow by grant g1');
    expect(grant('reyn/project/review')).toBe('allow by grant g1');
    expect(grant('reyn/local')).toBe(ASK);
    expect(withGrant({ resource: 'reyn', scope: 'subtree' }, write('reyn/memory/x.md'))).toBe('allow by grant g1');
  });

  it('opens no protected place, none that a rule denies, and none the skill does not declare', () => {
    const all = { resource: '.git', scope: 'subtree' } as const;
    expect(withGrant(all, write('.git/config'))).toBe('deny by protection git');
    expect(withGrant({ resource: '.env' }, write('.env'))).toBe('deny by protection secrets');
    const policy = { allow: [], deny: [{ need: 'file.write', resource: 'out' }] };
    expect(withGrant({}, write('out/a.md'), { policy })).toBe('deny by deny rule 1');
    expect(withGrant({}, write('out/a.md'), { permissions: NO_PERMISSIONS })).toBe('deny by declared');
  });
});

describe('an answer', () => {
  const answer = (rest: Partial<PermissionAnswer>): PermissionAnswer => ({
    need: 'file.write',
    resource: 'out/a.md',
    allow: true,
    scope: 'once',
    step: '1/s1',
    ...rest,
  });
  const answered = (rest: Partial<PermissionAnswer>, need: Need, more: Partial<DecisionContext> = {}) =>
    verdict(need, { answers: [answer(rest)], ...more });

  it('of once holds for the op that asked, and for no other step', () => {
    expect(answered({}, write('out/a.md'))).toBe('allow by answer');
    expect(answered({}, write('out/a.md'), { step: '1/s2' })).toBe(ASK);
    expect(answered({ scope: 'run' }, write('out/a.md'), { step: '1/s2' })).toBe('allow by answer');
  });

  it('for tools holds while they are the same; a refusal holds anyhow', () => {
    const tool = { need: 'mcp', resource: 'files/list', pin: PIN, scope: 'run' } as const;
    expect(answered(tool, mcp('list', PIN))).toBe('allow by answer');
    expect(answered(tool, mcp('list', 'd'.repeat(64)))).toBe(ASK);
    expect(answered({ ...tool, allow: false }, mcp('list', 'd'.repeat(64)))).toBe('deny by answer');
  });

  it('given last counts', () => {
    const answers = [answer({ allow: false, scope: 'run' }), answer({ scope: 'run' })];
    expect(verdict(write('out/a.md'), { answers })).toBe('allow by answer');
    expect(verdict(write('out/a.md'), { answers: answers.toReversed() })).toBe('deny by answer');
  });
});

describe('an allow rule', () => {
  const rule = (rest: object) => ({ allow: [{ need: 'file.write', ...rest }], deny: [] });

  it.each([
    ['2026-11-25', ASK],
    ['2026-11-26', 'allow by allow rule 1'],
    ['2026-11-26T11:00:00Z', ASK],
    ['2026-11-26T12:00:01Z', 'allow by allow rule 1'],
    ['2026-11-26T14:00:00+03:00', ASK],
    ['never', ASK],
  ])('that expires %s: %s at noon', (expires, expected) => {
    expect(verdict(write('out/a.md'), { policy: rule({ expires }) })).toBe(expected);
  });

  it('that expires does so as time goes on', () => {
    const policy = rule({ expires: '2026-11-26' });
    expect(verdict(write('a'), { policy, now: NOON + 12 * 3_600_000 })).toBe(ASK);
  });

  it('for tools counts only where the operator has pinned just these', () => {
    const policy = { allow: [{ need: 'mcp', resource: 'files/*' }], deny: [] };
    expect(verdict(mcp('list', PIN), { policy, pins: { files: PIN } })).toBe('allow by allow rule 1');
    expect(verdict(mcp('list', PIN), { policy })).toBe(ASK);
    expect(verdict(mcp('list', PIN), { policy, pins: { files: 'd'.repeat(64) } })).toBe(ASK);
    expect(verdict(mcp('list'), { policy, pins: { files: PIN } })).toBe(ASK);
  });

  it('for the whole project says nothing of the rest of the machine', () => {
    expect(verdict(write('/srv/a'), { policy: rule({ resource: '**' }) })).toBe(ASK);
    expect(verdict(write('/srv/a'), { policy: rule({ resource: '/srv/**' }) })).toBe('allow by allow rule 1');
    expect(verdict(read('/srv/a'))).toBe(ASK);
  });

  it('for a stored secret names it', () => {
    const need: Need = { kind: 'secret', name: 'DEPLOY_KEY' };
    expect(verdict(need)).toBe(ASK);
    expect(verdict({ kind: 'secret', name: 'OTHER' })).toBe('deny by declared');
    const policy = { allow: [{ need: 'secret', resource: 'DEPLOY_*' }], deny: [] };
    expect(verdict(need, { policy })).toBe('allow by allow rule 1');
  });
});

describe('a deny rule', () => {
  const deny = (rest: object) => ({ allow: [{ need: 'exec' }], deny: [{ need: 'exec', ...rest }] });

  it('closes a program by name wherever it lies', () => {
    for (const argv of [
      ['rm', 'x'],
      ['/bin/rm', '-rf', 'x'],
    ]) {
      expect(verdict(exec(...argv), { policy: deny({ resource: 'rm' }) })).toBe('deny by deny rule 1');
    }
    expect(verdict(exec('git', 'log'), { policy: deny({ resource: 'rm' }) })).toBe('allow by allow rule 1');
  });

  it('about a skill holds for all that runs for it', () => {
    const policy = deny({ skill: 'parent' });
    const bounds: Bound[] = [{ skill: 'parent', permissions: DECLARED }];
    expect(verdict(exec('git', 'log'), { policy })).toBe('allow by allow rule 1');
    expect(verdict(exec('git', 'log'), { policy, bounds })).toBe('deny by deny rule 1');
    expect(verdict(exec('git', 'log'), { policy, skill: 'parent' })).toBe('deny by deny rule 1');
  });

  it('about an op leaves others alone', () => {
    const policy = { allow: [], deny: [{ op: 'delete_file', resource: 'docs' }] };
    expect(verdict(write('docs/a'), { policy, op: 'delete_file' })).toBe('deny by deny rule 1');
    expect(verdict(write('docs/a'), { policy, op: 'write_file' })).toBe(ASK);
  });

  it('that has an expiry, though none may have one, denies for good', () => {
    expect(verdict(exec('git'), { policy: deny({ expires: '2000-01-01' }) })).toBe('deny by deny rule 1');
  });

  it('says why where the operator did', () => {
    const decision = decide(exec('rm'), {
      ...ASKING,
      permissions: DECLARED,
      policy: deny({ resource: 'rm', reason: 'use the trash' }),
    });
    expect(decision.reason).toBe(`The operator's deny rule 1 closes exec of "rm": use the trash.`);
  });
});

describe('a sub-run', () => {
  const bounds: Bound[] = [
    { skill: 'parent', permissions: { ...DECLARED, net: ['a.org'], file: { read: ['docs/**'], write: [] } } },
  ];

  it('does nothing that a run above it does not declare', () => {
    expect(verdict(net('a.org'), { bounds })).toBe(ASK);
    expect(verdict(net('b.org'), { bounds })).toBe('deny by bound parent');
    expect(verdict(read('docs/a'), { bounds })).toBe('allow by zone project');
    expect(verdict(write('docs/a'), { bounds })).toBe('deny by bound parent');
    expect(verdict(write('work:/a'), { bounds })).toBe('allow by zone work');
    const grants = [{ ...GRANT, resource: 'docs/a' }];
    expect(verdict(write('docs/a'), { bounds, grants })).toBe('deny by bound parent');
  });
});

describe('the network', () => {
  const policy = { allow: [{ need: 'net' }], deny: [] };

  it.each([
    '127.0.0.1',
    '127.0.0.1:8080',
    'localhost',
    'LOCALHOST.',
    '169.254.169.254',
    '10.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0x7f.1',
    '2130706433',
  ])('%s is closed whatever rules say', (host) => {
    expect(verdict(net(host), { policy })).toMatch(/^deny by (declared|protection network)$/);
    expect(
      verdict({ kind: 'net', host, engine: true }, { policy, permissions: { ...DECLARED, net: ['*', '*:*'] } }),
    ).not.toBe('deny by protection network');
  });

  it('of the search engine the operator chose is where they say, asked for like any other host', () => {
    const engine: Need = { kind: 'net', host: 'search', engine: true };
    const permissions = { ...NO_PERMISSIONS, net: ['search'] };
    expect(verdict(engine, { permissions })).toBe(ASK);
    expect(verdict(engine, { permissions, policy })).toBe('allow by allow rule 1');
    expect(verdict(engine, { permissions: NO_PERMISSIONS })).toBe('deny by declared');
    const deny = { allow: [], deny: [{ need: 'net', resource: 'search' }] };
    expect(verdict(engine, { permissions, policy: deny })).toBe('deny by deny rule 1');
  });
});

describe('python', () => {
  const python: Need = { kind: 'python', module: 'tools', function: 'count' };
  const permissions = { ...NO_PERMISSIONS, python: [{ module: 'tools', function: 'count' }] };

  it('functions that are declared run without leave, unless the operator closes them', () => {
    expect(verdict(python, { permissions })).toBe('allow by zone python');
    expect(verdict({ ...python, function: 'other' } as Need, { permissions })).toBe('deny by declared');
    const policy = { allow: [], deny: [{ need: 'python', resource: 'tools:*' }] };
    expect(verdict(python, { permissions, policy })).toBe('deny by deny rule 1');
  });
});
