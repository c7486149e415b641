import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionContext, decide } from '../../../src/os/permissions/decide.ts';
import type { Need } from '../../../src/os/permissions/need.ts';
import { closedPlace, PROTECTIONS } from '../../../src/os/permissions/protections.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING, VERSION } from './asking.ts';

const EVERYTHING = { ...NO_PERMISSIONS, file: { read: ['**', '/**'], write: ['**', '/**'] } };
const OPEN: DecisionContext = {
  ...ASKING,
  permissions: EVERYTHING,
  policy: {
    allow: ['file.read', 'file.write'].flatMap((need) => [
      { need },
      ...['**', '/**', 'reyn/project/**', 'reyn/local/**'].map((resource) => ({ need, resource })),
    ]),
    deny: [],
  },
};
const verdict = (need: Need, rest: Partial<DecisionContext> = {}) => {
  const decision = decide(need, { ...OPEN, ...rest });
  return `${decision.verdict} by ${decision.by}`;
};
const read = (path: string): Need => ({ kind: 'file.read', path });
const write = (path: string): Need => ({ kind: 'file.write', path });

describe('a place outside of the project', () => {
  it.each([
    ['/', 'all'],
    ['/proc/self/environ', 'all'],
    ['/proc/self/root/etc/shadow', 'all'],
    ['/PROC/1/mem', 'all'],
    ['/sys/kernel', 'all'],
    ['/dev/sda', 'all'],
    ['/run/docker.sock', 'all'],
    ['/etc/passwd', 'write'],
    ['//etc//passwd', 'write'],
    ['/srv/../etc/cron.d/x', 'write'],
    ['/usr/bin/git', 'write'],
    ['/lib64/x.so', 'write'],
    ['/System/x', 'write'],
  ])('%s is the system’s: closed to %s', (path, closes) => {
    expect(verdict(write(path))).toBe('deny by protection system');
    expect(verdict(read(path))).toBe(closes === 'all' ? 'deny by protection system' : 'allow by allow rule 1');
  });

  it.each([
    ['/etc/shadow', 'secrets'],
    ['/home/u/.ssh/id_rsa', 'secrets'],
    ['/home/u/.ssh/known_hosts', 'secrets'],
    ['/home/u/.aws/credentials', 'secrets'],
    ['/home/u/.config/gh/hosts.yml', 'secrets'],
    ['/home/u/.config/reyn/config.yaml', 'secrets'],
    ['/home/u/.docker/config.json', 'secrets'],
    ['/home/u/.netrc', 'secrets'],
    ['/home/u/other/.env', 'secrets'],
    ['/home/u/other/.git/config', 'git'],
    ['/home/u/other/.reyn/log/2026-01.jsonl', 'state'],
    ['/home/u/other/reyn/project/x/eval.md', 'eval'],
    ['/home/u/other/reyn/local/x/evals/a.yaml', 'eval'],
  ])('%s is as closed as it would be in the project', (path, id) => {
    expect(verdict(read(path))).toBe(`deny by protection ${id}`);
  });

  it.each([
    ['/home/u/.bashrc', 'shell'],
    ['/home/u/.claude/settings.json', 'agents'],
    ['/home/u/.hermes/config', 'agents'],
    ['/home/u/other/reyn.yaml', 'config'],
    ['/home/u/other/node_modules/x/index.js', 'packages'],
    ['/home/u/.config/systemd/user/x.service', 'shell'],
  ])('%s is never written', (path, id) => {
    expect(verdict(write(path))).toBe(`deny by protection ${id}`);
    expect(verdict(read(path))).toBe('allow by allow rule 1');
  });

  it('that is none of these is open where a rule names places outside', () => {
    expect(verdict(write('/srv/data/a.md'))).toMatch(/^allow by allow rule /);
    expect(verdict(write('/home/u/a.md'), { permissions: NO_PERMISSIONS })).toBe('deny by declared');
  });

  it('that holds skills of another project is not opened by a rule that names none', () => {
    const policy = { allow: [{ need: 'file.write', resource: '/srv/**' }], deny: [] };
    expect(verdict(write('/srv/app/reyn/project/x/skill.md'), { policy })).toBe('ask by zone ask');
    const named = { allow: [{ need: 'file.write', resource: '/srv/app/reyn/project/x/**' }], deny: [] };
    expect(verdict(write('/srv/app/reyn/project/x/skill.md'), { policy: named })).toBe('allow by allow rule 1');
  });
});

describe('a closed place', () => {
  const rest = { id: 'user', closes: 'all', reason: 'it holds your settings' } as const;
  const inside = { closed: [closedPlace('/work/app', '/work/app/Home/conf', rest)] };
  const outside = { closed: [closedPlace('/work/app', '/home/u/Conf', rest)] };

  it.each(['Home/conf/a', 'Home/conf', 'home/CONF/a', 'Home/./x/../conf/a', 'Home//conf', 'Ｈome/conf', 'Home/conf.'])(
    'inside the project is closed as %j',
    (path) => {
      expect(verdict(read(path), inside)).toBe('deny by protection user');
      expect(verdict(write(path), inside)).toBe('deny by protection user');
    },
  );

  it.each(['/home/u/Conf/a', '/home/u/conf', '//home//u/CONF/a', '/home/u/x/../Conf', '/HOME/U/CONF'])(
    'outside of it is closed as %j',
    (path) => {
      expect(verdict(read(path), outside)).toBe('deny by protection user');
    },
  );

  it('is that place and no other', () => {
    expect(verdict(read('Home/conf2/a'), inside)).toBe('allow by zone project');
    expect(verdict(read('Home'), inside)).toBe('allow by zone project');
    expect(verdict(read('x/Home/conf'), inside)).toBe('allow by zone project');
    expect(verdict(read('/home/u/Conf2'), outside)).toMatch(/^allow/);
    expect(verdict(read('work:/Home/conf'), inside)).toBe('allow by zone work');
  });

  it('that may be read is closed to writing alone', () => {
    const closed = [closedPlace('/work/app', '/opt/reyn/skills', { ...rest, id: 'stdlib', closes: 'write' })];
    expect(verdict(read('/opt/reyn/skills/a/skill.md'), { closed })).toMatch(/^allow/);
    expect(verdict(write('/opt/reyn/skills/a/skill.md'), { closed })).toBe('deny by protection stdlib');
  });
});

describe('a protected place', () => {
  const names = PROTECTIONS.flatMap(({ names: all = [] }) => all);
  const spelled = (name: string) =>
    fc
      .constantFrom<(text: string) => string>(
        (text) => text,
        (text) => text.toUpperCase(),
        (text) => `${text}.`,
        (text) => `${text} `,
        (text) => `${text}:$DATA`,
        (text) => `\u200d${text}`,
        (text) =>
          [...text].map((c) => (/[a-z]/.test(c) ? String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0) : c)).join(''),
      )
      .map((spell) => spell(name));
  const places = fc
    .tuple(
      fc.constantFrom('', 'a/', 'a/b/', '/srv/', './', 'a/../'),
      fc.constantFrom(...names).chain(spelled),
      fc.constantFrom('', '/x', '/x/y.md'),
    )
    .map((parts) => parts.join(''));

  it('is never written, whatever rules, grants and answers say', () => {
    fc.assert(
      fc.property(places, fc.constantFrom('', '**', '/**'), (path, pattern) => {
        const permissions = { ...EVERYTHING, file: { read: [], write: ['**', '/**', path] } };
        const policy = {
          allow: [
            { need: 'file.write', ...(pattern === '' ? {} : { resource: pattern }) },
            { need: 'file.write', resource: path },
          ],
          deny: [],
        };
        const grant = {
          ...{ id: 'g', skill: 'demo', fingerprint: VERSION, need: 'file.write' as const, who: 'pat' },
          ...{ resource: path, scope: 'exact' as const, granted: '', expires: '2030-01-01' },
        };
        const answers = [{ need: 'file.write', resource: path, allow: true, scope: 'run' as const, step: '1/s1' }];
        expect(decide(write(path), { ...OPEN, permissions, policy, grants: [grant], answers }).by).toMatch(
          /^(protection|declared$)/,
        );
      }),
      { numRuns: 500 },
    );
  });
});
