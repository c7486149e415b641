import fc from 'fast-check';
import { NIGHT_FORM, type NightReport, OUTCOMES, type SkillNight } from '../../../src/learning/nights/report.ts';

const USAGE = { turns: 3, ops: 9, input: 100, output: 20, usd: 0, ms: 1500 };

export function skillNight(rest: Partial<SkillNight> = {}): SkillNight {
  return { skill: 'reply', outcome: 'proposed', exit: 0, reason: 'It is better.', denied: [], usage: USAGE, ...rest };
}

export function night(rest: Partial<NightReport> = {}): NightReport {
  return {
    form: NIGHT_FORM,
    date: '2026-03-01T02:00:00.000Z',
    ci: true,
    self_test: { ok: true, checks: [{ name: 'no-op', expected: 'not PASS', got: 'INDETERMINATE', ok: true }] },
    adopted: [],
    skills: [skillNight()],
    interrupted: false,
    ms: 60_000,
    ...rest,
  };
}

const exits = [0, 1, 2, 3, 4, 5, 6, 7, 70, 130];

/** Any night of one skill that can be. */
export const anySkill = fc
  .record({
    outcome: fc.constantFrom(...OUTCOMES),
    exit: fc.constantFrom(...exits),
    code: fc.constantFrom('gain', 'undecided', 'infra', 'harm'),
  })
  .map(({ outcome, exit, code }) => {
    const verdict =
      outcome === 'improved' || outcome === 'proposed' ? 'PASS' : outcome === 'rejected' ? 'FAIL' : 'INDETERMINATE';
    return skillNight({ outcome, exit, verdict: { verdict, code, reason: '' } });
  });

/** Text of a hostile model. */
export const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '@octocat',
        '#12',
        'GH-3',
        'https://evil.test',
        'www.evil.test',
        '<img src=x>',
        '```',
        '``',
        '`',
        '[a](b)',
      ),
      fc.constantFrom(
        '\n',
        '\r',
        '|',
        '\u202e',
        '\u0000',
        '\u001b[2J',
        '-->',
        '</details>',
        ']]>',
        '\ud800',
        '~~~',
        '    ',
        '# h',
        '1. ',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
