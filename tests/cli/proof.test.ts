import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditReport, GcReport, RunDecisions, SealReport } from '../../src/api.ts';
import { NOTHING } from '../../src/os/runs/spend.ts';
import { projectWith, reyn } from './surroundings.ts';

const REPORT: AuditReport = { ok: true, runs: 2, events: 9, blobs: 3, problems: [], notes: [] };
const absent = projectWith({}).audit;

function freshFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-cli-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('reyn audit verify', () => {
  it('shows every problem with its place and exits 6', async () => {
    const problem = {
      reason: 'bad_hash',
      file: '.reyn/runs/r/events.jsonl',
      line: 3,
      run: 'r',
      message: 'changed',
    } as const;
    const { out, exit } = await reyn(['audit', 'verify'], {
      verify: () => ({ ...REPORT, ok: false, problems: [problem] }),
    });
    expect([out, exit]).toEqual([
      '1 problem in 2 runs, 9 events, 3 blobs\n.reyn/runs/r/events.jsonl:3, run r bad_hash\n  changed\n',
      6,
    ]);
  });

  it('shows some notes of a kind and counts the others', async () => {
    const notes = [1, 2, 3, 4, 5].map(
      (n) => ({ reason: 'unsigned', file: `f${n}`, message: 'nobody signed' }) as const,
    );
    const { out, exit } = await reyn(['audit', 'verify'], { verify: () => ({ ...REPORT, notes }) });
    expect(exit).toBe(0);
    expect(out.split('\n').filter((line) => line.startsWith('f'))).toEqual([
      'f1 unsigned',
      'f2 unsigned',
      'f3 unsigned',
    ]);
    expect(out).toContain('and 2 more notes of this kind (unsigned)');
  });

  it('takes the seal from where the command was called', async () => {
    const cwd = freshFolder();
    const asked: unknown[] = [];
    const verify = (...args: unknown[]) => {
      asked.push(args);
      return REPORT;
    };
    await reyn(['audit', 'verify', '--against', 'seals/a.json', '--signed'], { verify }, { cwd });
    expect(asked).toEqual([[undefined, { against: path.join(cwd, 'seals/a.json'), signed: true }]]);
  });
});

describe('reyn audit seal', () => {
  const sealed: SealReport = {
    seal: { seal: 'reyn/1', at: 't', runs: [], key: { id: '0123456789abcdef', public_key: 'p' }, signature: 's' },
    signed: 1,
    damaged: [],
  };
  const having = (report: SealReport) => ({ audit: { ...absent, seal: async () => report } });

  it('writes the seal to stdout, or to a file that is not there yet', async () => {
    const { out, err } = await reyn(['audit', 'seal'], having(sealed));
    expect(JSON.parse(out)).toEqual(sealed.seal);
    expect(err).toContain('sealed 0 runs and the project log with the key 0123456789abcdef; 1 newly signed');
    const cwd = freshFolder();
    expect((await reyn(['audit', 'seal', '--out', 'a.json'], having(sealed), { cwd })).out).toBe('a.json\n');
    expect(JSON.parse(fs.readFileSync(path.join(cwd, 'a.json'), 'utf8'))).toEqual(sealed.seal);
    expect(fs.statSync(path.join(cwd, 'a.json')).mode & 0o777).toBe(0o600);
    const again = await reyn(['audit', 'seal', '--out', 'a.json'], having(sealed), { cwd });
    expect(again.exit).toBe(2);
    expect(again.err).toContain('a.json is there already and is not written over');
  });

  it('exits 6 when a run could not be sealed', async () => {
    const { err, exit } = await reyn(
      ['audit', 'seal'],
      having({ ...sealed, damaged: [{ run: 'r', message: 'line 3 is bad' }] }),
    );
    expect([exit, err.split('\n')[0]]).toEqual([6, 'not sealed: line 3 is bad']);
  });
});

describe('reyn audit show', () => {
  it('is a table of decisions, questions, writes and what reached outside, control characters taken out', async () => {
    const at = '2026-03-01T10:00:05.000Z';
    const told: RunDecisions = {
      run: 'r1',
      skill: 'demo',
      version: 'f'.repeat(64),
      started: at,
      decisions: [
        {
          seq: 3,
          at,
          step: '1/t1/o1',
          op: 'write_file',
          resource: 'out/\u001b[2Ja.md',
          verdict: 'allowed',
          by: 'answer',
          question: { id: 'q', answer: 'allow', by: 'answer', at },
        },
        {
          seq: 4,
          at,
          step: '1/t1/o2',
          op: 'read_file',
          resource: '.env',
          verdict: 'denied',
          by: 'protection secrets',
          reason: 'It is secret.',
        },
      ],
      questions: [
        {
          seq: 2,
          at,
          step: '1/t1/o1',
          id: 'q',
          kind: 'permission',
          text: 'May it?',
          answered: { answer: 'allow', by: 'answer', at },
        },
      ],
      writes: [
        {
          seq: 3,
          at,
          step: '1/t1/o1',
          op: 'write_file',
          path: 'out/a.md',
          pre: null,
          post: 'ab'.repeat(32),
          by: 'answer',
          end: 'done',
        },
      ],
      external: [
        {
          seq: 6,
          at,
          step: '1/t2/o1',
          op: 'sandboxed_exec',
          resource: 'ls',
          backend: 'bubblewrap',
          by: 'allow rule 1',
          end: 'open',
        },
      ],
      children: [],
    };
    const runs = { ...projectWith({}).runs, idOf: () => 'r1' };
    const { out } = await reyn(['audit', 'show', 'r1'], { runs, audit: { ...absent, decisions: () => [told] } });
    const lines = out.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(lines).toEqual([
      'r1 | demo',
      `started 2026-03-01 10:00:05 UTC · version ${'f'.repeat(64)}`,
      'Decisions',
      'event | time | verdict | op | decided by | on',
      '3 | 10:00:05 | allowed | write_file | answer: "allow" by a person, `reyn answer` | out/\uFFFD[2Ja.md',
      '4 | 10:00:05 | denied | read_file | protection secrets | .env — It is secret.',
      'Questions',
      'event | time | kind | answer | by | question',
      '2 | 10:00:05 | permission | allow | a person, `reyn answer` | May it?',
      'Writes',
      'event | time | op | before | after | end | path',
      '3 | 10:00:05 | write_file | no file | abababababab | done | out/a.md',
      'Outside',
      'event | time | op | backend | end | on',
      '6 | 10:00:05 | sandboxed_exec | bubblewrap | no receipt | ls',
      '',
    ]);
  });
});

describe('reyn audit export', () => {
  it('writes pieces in order, of one run or of all', async () => {
    const asked: unknown[] = [];
    const audit = {
      ...absent,
      export: (request: unknown) => {
        asked.push(request);
        return ['a\n', 'b\n'];
      },
    };
    expect((await reyn(['audit', 'export'], { audit })).out).toBe('a\nb\n');
    expect((await reyn(['audit', 'export', 'r1', '--format', 'csv'], { audit })).out).toBe('a\nb\n');
    expect((await reyn(['audit', 'export', '--format', 'xml'], { audit })).exit).toBe(2);
    expect(asked).toEqual([{ format: 'jsonl' }, { format: 'csv', run: 'r1' }]);
    const cwd = freshFolder();
    expect((await reyn(['audit', 'export', '--out', 'log'], { audit }, { cwd })).out).toBe('log\n');
    expect(fs.readFileSync(path.join(cwd, 'log'), 'utf8')).toBe('a\nb\n');
  });
});

describe('reyn gc', () => {
  const report: GcReport = {
    rule: 'ended over 90 days ago',
    dryRun: false,
    removed: [{ run: 'r1', skill: 'demo', ended: '2026-01-01T00:00:00.000Z', bytes: 2048 }],
    finished: [],
    kept: 3,
    unfinished: 1,
    refused: [],
    blobs: { blobs: 2, bytes: 1024 },
  };
  const having = (rest: Partial<GcReport>) => ({ gc: async () => ({ ...report, ...rest }) });

  it('says what was removed, what stays and why', async () => {
    const { out, err, exit } = await reyn(['gc'], having({}));
    expect([out, exit]).toEqual(['r1  2026-01-01 00:00:00  2.0 KB  demo\n', 0]);
    expect(err).toBe(
      '1 run removed: ended over 90 days ago; 3 runs stay by the rule, 1 because they have not ended.\n2 values that nothing else names (1.0 KB) removed.\n',
    );
    const left = await reyn(['gc'], having({ blobs: { blobs: 2, bytes: 1024, left: 'another process is at work' } }));
    expect(left.err).toContain('2 values that nothing else names (1.0 KB) stay for now: another process is at work.');
  });

  it('says that nothing is removed without a rule, and how to set one', async () => {
    const { rule: _, ...none } = { ...report, removed: [] };
    const { out, err } = await reyn(['gc'], { gc: async () => none });
    expect(out).toBe('');
    expect(err).toBe(
      'Nothing is removed: the configuration has no rule of retention. 4 runs stay.\nSet one: reyn config set retention.days 90\n',
    );
  });

  it('exits 6 when a run is kept because its log is damaged', async () => {
    const { err, exit } = await reyn(
      ['gc'],
      having({ refused: [{ run: 'r2', code: 'corrupt', message: 'line 1 is bad' }] }),
    );
    expect([exit, err.split('\n')[0]]).toEqual([6, 'kept: line 1 is bad']);
  });
});

describe('reyn budget', () => {
  it('has a row and a bar for each, numbers in columns, and says what has no price', async () => {
    const row = { ...NOTHING, runs: 1, turns: 2, input: 1000, output: 100 };
    const spending = () => ({
      by: 'model' as const,
      since: '2026-03-01',
      rows: [
        { ...row, name: 'openai/a', usd: 2 },
        { ...row, name: 'b', unpriced: 1100 },
      ],
      total: { ...row, runs: 2, turns: 4, input: 2000, output: 200, usd: 2, unpriced: 1100 },
    });
    const { out } = await reyn(['budget', '--by', 'model', '--since', '2026-03-01'], { spending });
    expect(out.split('\n')).toEqual([
      'since 2026-03-01 UTC',
      'model     runs  turns  tokens in  out  cached    USD',
      `openai/a     1      2      1,000  100       0  $2.00  ${'█'.repeat(20)}`,
      'b            1      2      1,000  100       0      ?',
      'total        2      4      2,000  200       0  $2.00',
      '? no price is known for 1,100 tokens; see `price` in the config',
      '',
    ]);
  });

  it('says that nothing was used', async () => {
    const spending = () => ({ by: 'skill' as const, rows: [], total: { ...NOTHING, runs: 0 } });
    expect(await reyn(['budget'], { spending })).toMatchObject({ out: '', err: 'Nothing was used.\n', exit: 0 });
  });
});
