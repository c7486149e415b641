import type { CaseReport, EvalReport } from '../report.ts';
import { type CaseState, countStates, missesOf, shortHash, showScore, stateOf } from './figures.ts';
import { escapeAttribute, escapeText } from './markup.ts';

/**
 * A report as JUnit XML: a suite for the skill, a test case for each case. A case passes when it passes at every repeat;
 * one that broke off is an `error`, one that was judged and missed something a `failure`. Fits the schemas of Jenkins
 * and of Ant, which is why the empty elements stand there and the time has no zone (it is UTC).
 */
export function junitReport(report: EvalReport): string {
  const { cases, skill } = report;
  const counts = countStates(cases);
  const failures = counts.failed + counts.flaky;
  const suite = attributes({
    id: '0',
    package: 'reyn',
    name: skill,
    timestamp: report.date.slice(0, 19),
    hostname: 'localhost',
    tests: String(cases.length),
    failures: String(failures),
    errors: String(counts.error),
    time: seconds(report.ms),
  });
  const properties = {
    evaluation: report.id,
    skill_version_hash: report.skill_version_hash,
    ...(report.version === undefined ? {} : { version: String(report.version) }),
    model: report.model,
    repeats: String(report.repeats),
    score: showScore(report.score),
    threshold: showScore(report.threshold),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${suite}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((each) => testCase(each, `reyn.${skill}.${shortHash(report.skill_version_hash)}`)),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const ELEMENTS: Readonly<Record<Exclude<CaseState, 'passed'>, string>> = {
  flaky: 'failure',
  failed: 'failure',
  error: 'error',
};

function testCase(each: CaseReport, classname: string): string {
  const { id, score, passed, rows } = each;
  const ms = rows.reduce((sum, { usage }) => sum + usage.ms, 0);
  const open = `    <testcase${attributes({ name: id, classname, time: seconds(ms) })}`;
  const state = stateOf(each);
  if (state === 'passed') return `${open}/>`;
  const element = ELEMENTS[state];
  const message = `score ${showScore(score)}, passed ${passed} of ${rows.length}`;
  const misses = missesOf(rows).map(({ what, required }) => (required ? what : `wished for: ${what}`));
  const body = escapeText(misses.join('\n'));
  return `${open}>\n      <${element}${attributes({ message, type: state })}>${body}</${element}>\n    </testcase>`;
}

function attributes(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
