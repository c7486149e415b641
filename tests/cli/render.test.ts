import { describe, expect, it } from 'vitest';
import { clean, columnsOf, dollars, duration, grouped, oneLine, paint, table } from '../../src/cli/output.ts';
import { showCondition } from '../../src/cli/render/graph/plan.ts';
import { drawGraph } from '../../src/cli/render/graph/text.ts';
import { resultText, summary } from '../../src/cli/render/outcome.ts';
import { NOTHING_SEEN, type Seen, see, statusLine } from '../../src/cli/render/run-view.ts';
import { readable } from '../../src/cli/render/value.ts';
import type { RunEvent, RunEventBody } from '../../src/os/events/event.ts';
import type { PendingIntervention } from '../../src/os/runs/outcome.ts';
import { type Edge, NO_PERMISSIONS, type Skill } from '../../src/os/skills/skill.ts';
import { outcomeWith } from './surroundings.ts';

const plain = paint(false);

describe('a value as a person reads it', () => {
  it.each<[unknown, string]>([
    ['hello', 'hello\n'],
    [{ text: 'two\nlines\n' }, 'two\nlines\n'],
    [12, '12\n'],
    [null, 'null\n'],
    [[], '(none)\n'],
    [{}, '(empty)\n'],
    [['a', 'b\nc'], '- a\n- b\n  c\n'],
    [{ n: 1, list: [], none: {} }, 'n: 1\nlist: (none)\nnone: (empty)\n'],
    [{ a: { b: ['x', { c: 1, d: 'p\n\nq' }] } }, 'a:\n  b:\n    - x\n    - c: 1\n      d:\n        p\n\n        q\n'],
    ['\u001b]0;title\u0007x', '\uFFFD]0;title\uFFFDx\n'],
  ])('%j', (value, text) => {
    expect(readable(value as never)).toBe(text);
  });
});

describe('text for a terminal', () => {
  it('loses what could move the cursor, turn the direction or hide text, and keeps lines, tabs and scripts', () => {
    expect(clean('a\r\nb\tc\u0000\u009b\u202e é 漢 🙂')).toBe('a\nb\tc\uFFFD\uFFFD\uFFFD é 漢 🙂');
  });

  it('is cut at columns, of which wide characters take two', () => {
    expect(columnsOf('漢字')).toBe(4);
    expect(columnsOf(paint(true).red('abc'))).toBe(3);
    expect(oneLine('  many\n words ', 80)).toBe('many words');
    expect(oneLine('漢字漢字', 6)).toBe('漢字…');
  });

  it('stands in columns whatever the colour', () => {
    expect(
      table(
        [
          ['a', paint(true).red('bb'), 'c'],
          ['dddd', 'e', 'f'.repeat(50)],
        ],
        30,
      ),
    ).toBe(`a     ${paint(true).red('bb')}  c\ndddd  e   ${'f'.repeat(19)}…\n`);
    expect(table([], 30)).toBe('');
  });

  it.each([
    [grouped(1234567), '1,234,567'],
    [grouped(999), '999'],
    [duration(340), '0.3 s'],
    [duration(59_400), '59 s'],
    [duration(185_000), '3 min 5 s'],
    [duration(7_800_000), '2 h 10 min'],
    [dollars(0.01234), '$0.0123'],
    [dollars(12.3), '$12.30'],
  ])('%s', (made, wanted) => {
    expect(made).toBe(wanted);
  });
});

const edge = (to: string, rest: Partial<Edge> = {}): Edge => ({ to, when: [], carry: {}, ...rest });

const LOOP: Skill = {
  name: 'letter',
  description: 'Writes a letter.',
  origin: 'project',
  dir: 'reyn/project/letter',
  kind: 'graph',
  entry: 'draft',
  finalOutput: 'letter',
  code: {},
  finishCriteria: [],
  phases: Object.fromEntries(
    ['draft', 'review', 'revise'].map((name) => [
      name,
      { name, input: ['user_message'], modelClass: 'standard', maxActTurns: 3, preprocessor: [], instructions: 'x' },
    ]),
  ),
  artifacts: {},
  graph: {
    draft: [edge('review')],
    review: [
      edge('revise', {
        when: [{ path: 'visits.revise', root: 'visits', segments: ['revise'], schema: { maximum: 2 } }],
        carry: { text: { path: 'input.text', root: 'input', segments: ['text'] } },
      }),
      edge('end', { description: 'good enough' }),
    ],
    revise: [edge('review')],
  },
  permissions: NO_PERMISSIONS,
  limits: {},
  library: {},
  fingerprint: 'f'.repeat(64),
  skillMdSha256: 'e'.repeat(64),
};

describe('the graph as text', () => {
  it('shows each phase, where it may lead, on what condition, and which way leads back', () => {
    expect(drawGraph(LOOP, plain)).toBe(
      [
        '● draft  takes user_message · standard',
        '└─▶ review',
        '│',
        '● review  takes user_message · standard',
        '├─▶ revise  when visits.revise ≤ 2 · carries text = input.text',
        '└─▶ end  gives letter  “good enough”',
        '│',
        '● revise  takes user_message · standard',
        '└─▶ review ⟲',
        '',
      ].join('\n'),
    );
  });

  it.each<[schema: Record<string, unknown>, text: string]>([
    [{ const: 'yes' }, 'x = "yes"'],
    [{ exclusiveMaximum: 0.85 }, 'x < 0.85'],
    [{ minimum: 1 }, 'x ≥ 1'],
    [{ enum: [1, 2] }, 'x in [1,2]'],
    [{ minimum: 1, maximum: 2 }, 'x fits {"minimum":1,"maximum":2}'],
  ])('shows the condition %j', (schema, text) => {
    expect(showCondition({ path: 'x', root: 'artifact', segments: ['x'], schema: schema as never })).toBe(text);
  });
});

const event = (body: RunEventBody, run = 'r1'): RunEvent => ({
  v: 1,
  seq: 1,
  epoch: 1,
  ts: '2026-01-01T00:00:00.000Z',
  prev: '',
  hash: '',
  run,
  ...body,
});

/** Lines of a series of events, and what is known after them. */
function shown(bodies: readonly RunEventBody[]): { lines: string[]; seen: Seen } {
  let seen = NOTHING_SEEN;
  const lines = bodies.flatMap((body) => {
    const next = see(seen, event(body), plain);
    seen = next.seen;
    return next.lines;
  });
  return { lines, seen };
}

const hash = 'a'.repeat(64);
const STARTED: RunEventBody = {
  type: 'run_skill_started',
  data: {
    skill: 'letter',
    skill_version_hash: hash,
    skill_md_sha256: hash,
    pack: hash,
    dir: 'reyn/project/letter',
    origin: 'project',
    entry: 'draft',
    input: { type: 'user_message', artifact: { text: 'x' } },
    models: {
      standard: {
        name: 'scripted',
        provider: 'scripted',
        encoding: 'tools',
        max_output_tokens: 1,
        timeout: 1,
        api_key_env: 'K',
      },
    },
    limits: { max_phase_visits: 1, max_turns: 1, max_ops: 1, output_bytes: 1, max_repairs: 1, on_limit: 'stop' },
    ops: 'd',
    config: 'd',
    contract: '1',
    owner: { id: 'o', pid: 1 },
  },
};

describe('a run as it is watched', () => {
  it('says who runs, that no model is called, and each phase, op, refusal and choice', () => {
    const { lines, seen } = shown([
      STARTED,
      {
        type: 'turn_acted',
        step: '1/t1',
        data: {
          request: 'q',
          usage: { input: 900, output: 100, usd: 0.01 },
          ops: [
            { kind: 'read_file', args: { path: 'notes.md' } },
            { kind: 'write_file', args: { path: 'x' } },
          ],
        },
      },
      { type: 'op_started', step: '1/t1/o1', data: { kind: 'read_file', by: 'zone project' } },
      { type: 'op_finished', step: '1/t1/o1', data: { result: 'x' } },
      {
        type: 'permission_denied',
        step: '1/t1/o2',
        data: { kind: 'write_file', need: 'file.write', resource: 'x', reason: 'Not declared.', by: 'declared' },
      },
      {
        type: 'validation_error',
        step: '1/t2',
        data: { request: 'q', violation: { code: 'empty', message: 'The reply is empty.' }, reply: '' },
      },
      {
        type: 'turn_decided',
        step: '1/t2.2',
        data: {
          request: 'q',
          edge: 'to_review',
          to: 'review',
          type: 'draft',
          confidence: 0.9,
          reason: 'It reads well.',
        },
      },
      { type: 'phase_left', data: { to: 'draft', type: 'draft' } },
      { type: 'turn_decided', step: '3/t1', data: { request: 'q', edge: 'finish', to: 'end', type: 'letter' } },
    ]);
    expect(lines).toEqual([
      'letter run r1 · model scripted (no model is called)',
      'draft',
      '  • read_file notes.md  allowed: zone project',
      '  ✗ write_file x  denied (file.write) Not declared.',
      '  ✗ refused (empty): The reply is empty.',
      '  → review (0.9)  It reads well.',
      'review',
      '  → draft',
      'draft  visit 2',
      '  → end',
    ]);
    expect(statusLine(seen, 4200)).toBe('draft · 3 turns · 1 op · 1,000 tokens · $0.0100 · 4.2 s');
  });

  it('names the op of a receipt that is an error, also for a repeated turn', () => {
    const { lines } = shown([
      { type: 'turn_acted', step: '2/t1.2', data: { request: 'q', ops: [{ kind: 'read_file', args: { path: 'a' } }] } },
      { type: 'op_started', step: '2/t1/o1', data: { kind: 'read_file', by: 'zone' } },
      { type: 'op_finished', step: '2/t1/o1', data: { error: { code: 'not_found', message: 'There is no a.' } } },
    ]);
    expect(lines[1]).toBe('  ✗ read_file a  not_found: There is no a.');
  });

  it('says what goes on, in which phase, when a run is taken up again', () => {
    const resumed: RunEventBody = { type: 'run_resumed', data: { owner: { id: 'o', pid: 1 }, why: 'resume' } };
    const decided: RunEventBody = { type: 'turn_decided', data: { request: 'q', edge: 'to_review', to: 'review' } };
    expect(shown([STARTED, decided, resumed]).lines.at(-1)).toBe('letter run r1 goes on in review');
  });

  it('shows what a model wrote on one line, without control characters', () => {
    const { lines } = shown([
      { type: 'turn_decided', data: { request: 'q', edge: 'finish', to: 'end', reason: 'a\n\u001b[2Jb'.repeat(40) } },
    ]);
    expect(lines[0]).not.toContain('\u001b');
    expect(lines[0]).not.toContain('\n');
    expect(columnsOf(lines[0] ?? '')).toBeLessThan(90);
  });
});

const ASKED: PendingIntervention = {
  id: 'q7',
  run: 'r1',
  root: 'r1',
  skill: 'letter',
  kind: 'permission',
  text: 'May letter write notes.md?',
  choices: ['allow', 'deny'],
  digest: 'd',
  opened: '2026-01-01T00:00:00.000Z',
};

describe('how a run ended', () => {
  it('prefers what the postprocessor made', () => {
    expect(resultText(outcomeWith({ output: { name: 'o', value: 'made' } }))).toBe('made\n');
    const { artifact, ...waiting } = outcomeWith({ status: 'waiting' });
    expect(artifact).toBeDefined();
    expect(resultText(waiting)).toBe('');
  });

  it('says what waits and how to answer', () => {
    const text = summary(outcomeWith({ status: 'waiting', exit: 3, waiting: [ASKED] }), plain);
    expect(text).toContain('asks   May letter write notes.md? [allow | deny]');
    expect(text).toContain('next   reyn answer q7 allow');
    const free = { ...ASKED, choices: ['use it', 'no'] };
    expect(summary(outcomeWith({ status: 'waiting', exit: 3, waiting: [free] }), plain)).toContain(
      "answer q7 'use it'",
    );
  });

  it('says why it failed, what was denied, and how to go on', () => {
    const denied = { step: '1', op: 'write_file', need: 'file.write', resource: 'x', reason: 'No.', optional: true };
    const failed = outcomeWith({
      status: 'failed',
      exit: 1,
      reason: { code: 'no_candidate', message: 'No edge is open.', phase: 'review' },
      denied: [denied],
    });
    const text = summary(failed, plain);
    expect(text).toContain('why    No edge is open. (no_candidate, review)');
    expect(text).toContain('denied write_file x: No. (the skill can live with it)');
    expect(summary(outcomeWith({ status: 'interrupted', exit: 130 }), plain)).toContain(
      'next   reyn resume r4k2m9x0ab',
    );
  });
});
