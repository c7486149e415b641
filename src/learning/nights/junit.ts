import type { NightReport, SkillNight } from './report.ts';

/** The report as JUnit XML: one suite for the self-test, one for the skills; a case each. */
export function junit(report: NightReport): string {
  const checks = report.self_test.checks.map(({ name, expected, got, ok }) =>
    testcase('self_test', name, 0, ok ? '' : failure('self_test', `${got} instead of ${expected}`, '')),
  );
  const skills = report.skills.map((night) => testcase('improve', night.skill, night.usage.ms, endOf(night)));
  const suites = [suite('self_test', checks, 0), suite('improve', skills, report.ms)];
  const all = [...checks, ...skills];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="reyn improve"${counts(all)} time="${seconds(report.ms)}">\n${suites.join('')}</testsuites>\n`;
}

function suite(name: string, cases: readonly string[], ms: number): string {
  return `  <testsuite name="${name}"${counts(cases)} time="${seconds(ms)}">\n${cases.join('')}  </testsuite>\n`;
}

function counts(cases: readonly string[]): string {
  const having = (tag: string) => cases.filter((one) => one.includes(`<${tag} `)).length;
  return ` tests="${cases.length}" failures="${having('failure')}" errors="${having('error')}" skipped="${having('skipped')}"`;
}

function testcase(classname: string, name: string, ms: number, inside: string): string {
  const head = `    <testcase classname="${classname}" name="${xml(name)}" time="${seconds(ms)}"`;
  return inside === '' ? `${head}/>\n` : `${head}>\n      ${inside}\n    </testcase>\n`;
}

/** A search that found nothing, and what is not decided, is skipped: no build should break for it. */
function endOf({ outcome, reason, verdict, denied }: SkillNight): string {
  const text = [reason, ...denied.map((one) => `denied: ${one.op} ${one.resource}: ${one.reason}`)].join('\n');
  switch (outcome) {
    case 'improved':
    case 'proposed':
    case 'good_enough':
      return '';
    case 'rejected':
      return failure(verdict?.code ?? outcome, reason, text);
    case 'failed':
    case 'interrupted':
      return `<error message="${xml(reason)}" type="${outcome}">${xml(text)}</error>`;
    default:
      return `<skipped message="${xml(reason)}"/>`;
  }
}

function failure(type: string, message: string, text: string): string {
  return `<failure message="${xml(message)}" type="${xml(type)}">${xml(text)}</failure>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text in XML 1.0: characters that no document may hold are replaced. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
    .replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
