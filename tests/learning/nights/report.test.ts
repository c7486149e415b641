import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { junit } from '../../../src/learning/nights/junit.ts';
import { candidateDiff, parseNight, printNight } from '../../../src/learning/nights/report.ts';
import { anySkill, hostile, night, skillNight } from './night.ts';
import { wellFormed } from './xml.ts';

describe('report.json', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.array(anySkill, { maxLength: 3 }), hostile, (skills, hypothesis) => {
        const report = night({ skills: skills.map((skill) => ({ ...skill, hypothesis })) });
        expect(parseNight(printNight(report), 'report.json')).toEqual(JSON.parse(JSON.stringify(report)));
      }),
    );
  });

  it('is refused with what is wrong of it', () => {
    expect(() => parseNight(printNight(night()).replace('"form": 1', '"form": 2'), 'report.json')).toThrow(
      /form must be 1/,
    );
    expect(() => parseNight('{', 'report.json')).toThrow(/no report of a night/);
  });

  it('has the diffs of open proposals as one, and of nothing else', () => {
    const skills = [
      skillNight({ diff: 'a' }),
      skillNight({ outcome: 'held', diff: 'b\n' }),
      skillNight({ outcome: 'improved', diff: 'c\n' }),
      skillNight({ diff: 'd\n' }),
    ];
    expect(candidateDiff(night({ skills }))).toBe('a\nd\n');
  });
});

describe('the JUnit file', () => {
  it('has a case for each check of the self-test and for each skill', () => {
    const verdict = { verdict: 'FAIL' as const, code: 'harm', reason: '' };
    const skills = [
      skillNight(),
      skillNight({ outcome: 'rejected', verdict, reason: 'It is <worse>.' }),
      skillNight({ outcome: 'held' }),
    ];
    const xml = junit(night({ skills }));
    expect(xml).toContain('tests="4" failures="1" errors="0" skipped="1" time="60.000"');
    expect(xml).toContain('<failure message="It is &lt;worse&gt;." type="harm">');
    expect(xml).toContain('<testcase classname="self_test" name="no-op" time="0.000"/>');
  });

  it('is well-formed, whatever a model wrote', () => {
    fc.assert(
      fc.property(anySkill, hostile, (skill, text) => {
        const denied = [{ op: 'o', resource: text, reason: text }];
        const report = night({ skills: [{ ...skill, skill: text, reason: text, denied }] });
        expect(wellFormed(junit(report))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
