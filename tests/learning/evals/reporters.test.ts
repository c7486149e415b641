import { createHash } from 'node:crypto';
import { Window } from 'happy-dom';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EvalReport } from '../../../src/learning/evals/report.ts';
import { REPORTERS } from '../../../src/learning/evals/reporters/list.ts';
import { code } from '../../../src/learning/evals/reporters/markdown.ts';
import { caseOf, reportOf, row } from './sample.ts';

/** Text as a model or a person with bad intent would write it. */
const EVIL = `<script>alert(1)</script>" onload='x' & \u001b[31m\u202e ]]> @admin #12 https://evil.example | \`\`\` \n| a |`;

const REPORT = reportOf('a', [
  caseOf('good', 'a', '11', { tags: ['usual'] }),
  caseOf('odd', 'a', '10', { tags: ['usual'] }),
  caseOf('bad', 'a', '00', { mustPass: true }),
  caseOf('broken', 'a', 'cc'),
]);

const evil = reportOf(
  'a',
  [
    caseOf(EVIL, 'a', '', {
      tags: [EVIL],
      rows: [
        row(EVIL, 'a', 0, { pass: false, checks: [{ id: EVIL, score: 0, required: true, why: EVIL }] }),
        row(EVIL, 'a', 1, { status: 'crashed', error: EVIL, checks: [] }),
      ],
    }),
  ],
  { model: EVIL },
);

describe.each(Object.entries(REPORTERS))('the reporter %s', (name, write) => {
  it('gives the same text for the same report, ends with a line, and takes a report without cases', () => {
    expect(write(REPORT)).toBe(write(structuredClone(REPORT)));
    expect(write(REPORT)).toMatch(/\n$/);
    expect(write(reportOf('a', [])).replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('lets no character through that a terminal or a reader would not see', () => {
    const text = write(evil);
    if (name === 'json') expect(JSON.parse(text).model).toBe(EVIL);
    else expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });
});

describe('a report as text', () => {
  it('has a line for each case, what was missed below it, and the figures', () => {
    expect(REPORTERS.text(REPORT)).toBe(`essay (aaaaaaaaaaaa) · model m · evaluation evala00001

  ✓ 1.00  2/2  good
  ~ 0.50  1/2  odd
      right: it is not right (1 of 2)
  ✗ 0.00  0/2  bad  must pass
      right: it is not right (2 of 2)
  ! 0.00  0/2  broken
      crashed: it crashed (2 of 2)
      right: it is not right (2 of 2)

score 0.38, needs 0.85: not good enough
1 of 4 cases passed at all of 2 repeats · 1 flaky · 1 failed · 1 broke off
single runs that passed 38 % · 800 tokens · $0.0800 · 1.5 s
`);
  });
});

describe('a report as JUnit XML', () => {
  it('is a suite with a test case for each case: failures, errors, counts', () => {
    const xml = REPORTERS.junit(REPORT);
    expect(xml).toContain(
      '<testsuite id="0" package="reyn" name="essay" timestamp="2026-03-01T09:30:12" hostname="localhost" tests="4" failures="2" errors="1" time="1.500">',
    );
    expect(xml).toContain('<testcase name="good" classname="reyn.essay.aaaaaaaaaaaa" time="1.000"/>');
    expect(xml).toContain('<failure message="score 0.50, passed 1 of 2" type="flaky">right: it is not right</failure>');
    expect(xml).toContain('<error message="score 0.00, passed 0 of 2" type="error">');
  });

  it('has elements and attributes of the schema alone, in its order', () => {
    const found = xmlOf(REPORTERS.junit(REPORT));
    expect(found.problems).toEqual([]);
    expect(found.names).toEqual([
      'testsuites',
      'testsuite',
      'properties',
      'property',
      'testcase',
      'failure',
      'error',
      'system-out',
      'system-err',
    ]);
  });

  it('is well formed whatever stands in ids, reasons and errors, and says it all', () => {
    const xml = REPORTERS.junit(evil);
    expect(xmlOf(xml).problems).toEqual([]);
    expect(xml).toMatch(/^[\t\n\r\x20-\uD7FF\uE000-\uFFFD]*$/u);
    expect(xml).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(xml).toContain('\\u001b[31m\\u202e');
    expect(xml).not.toContain(']]>');
    const nasty = reportOf('a', [caseOf('\u0000\uFFFE\uD800\uFFFF', 'a', '0')]);
    expect(REPORTERS.junit(nasty)).toContain('name="\\u0000\uFFFD\\ud800\uFFFD"');
  });
});

describe('a report as Markdown', () => {
  it('begins with the verdict and lists what did not pass, the worst first', () => {
    const text = REPORTERS.markdown(REPORT);
    expect(text).toMatch(/^### Not good enough: `essay \(aaaaaaaaaaaa\)`\n/);
    expect(text.match(/^\| `\w+` \|.*/gm)).toEqual([
      '| `bad` | 0.00 | 0/2 | `right: it is not right` |',
      '| `broken` | 0.00 | 0/2 | `crashed: it crashed`; `right: it is not right` |',
      '| `odd` | 0.50 | 1/2 | `right: it is not right` |',
    ]);
  });

  it('has nothing of others outside of code: no mention, link, reference, tag or cell', () => {
    const text = REPORTERS.markdown(evil);
    const outside = text.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, 'CODE');
    expect(outside).not.toMatch(/[@<>`]|#12|https?:/);
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    for (const line of rows) expect(line.split('|')).toHaveLength(6);
  });

  it.each([
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a\\|b', '`a\\¦b`'],
    ['', '(empty)'],
    ['a\nb', '`a\\nb`'],
  ])('writes %j as %s', (text, written) => {
    expect(code(text)).toBe(written);
  });

  it('stays within what GitHub takes', () => {
    const long = 'x'.repeat(5000);
    const many = Array.from({ length: 400 }, (_, i) => caseOf(`${i}${long}`, 'a', '0'));
    const text = REPORTERS.markdown(reportOf('a', many));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('350 more are not shown.');
  });
});

describe('a report as a page', () => {
  const open = (report: EvalReport, { script }: { script: boolean }) => {
    const html = REPORTERS.html(report);
    const window = new Window();
    onTestFinished(() => window.happyDOM.close());
    window.document.write(html);
    const [, own = ''] = /<script>([\s\S]*)<\/script>/.exec(html) ?? [];
    if (script) new Function('document', own)(window.document);
    return window;
  };
  const texts = (window: Window, selector: string) =>
    [...window.document.querySelectorAll(selector)].map((element) => element.textContent);

  it('needs nothing from outside, and lets only its own style and script count', () => {
    const html = REPORTERS.html(REPORT);
    expect(html.replace(/xmlns="[^"]*"/g, '')).not.toMatch(/https?:|\bsrc=|\bhref=|@import|url\(| style=| on\w+=/);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const hash = (tag: string) => {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('says everything without a script: figures, a row for each case, charts with their figures', () => {
    const window = open(REPORT, { script: false });
    expect(texts(window, '#cases tbody td:first-child')).toEqual(['good', 'odd', 'bad (must pass)', 'broken']);
    expect(texts(window, '#cases tbody td.state')).toEqual(['passed', 'flaky', 'failed', 'error']);
    expect(window.document.getElementById('controls')?.hasAttribute('hidden')).toBe(true);
    const charts = [...window.document.querySelectorAll('svg')].map((svg) => svg.getAttribute('aria-label'));
    expect(charts).toEqual([
      'Score of each case',
      'Share of runs that passed',
      'How far each check was met',
      'Time per run',
      'Tokens per run',
      'Cost per run',
    ]);
    const titles = texts(window, 'svg title');
    expect(titles).toContain('odd: score 0.50, passed 1 of 2');
    expect(titles).toContain('#usual: 3 of 4 runs passed');
    expect(titles).toContain('odd · right: 0.50');
    expect(titles).toContain('good: 0.5 s on average');
  });

  it('filters and orders with a script', () => {
    const window = open(REPORT, { script: true });
    const { document } = window;
    expect(document.getElementById('controls')?.hasAttribute('hidden')).toBe(false);
    const shown = () => texts(window, '#cases tbody tr:not([hidden]) td:first-child');
    const words = document.getElementById('words') as unknown as { value: string; dispatchEvent(event: unknown): void };
    words.value = 'CRASHED';
    words.dispatchEvent(new window.Event('input'));
    expect(shown()).toEqual(['broken']);
    expect(document.getElementById('left')?.textContent).toBe('1 of 4');
    words.value = '';
    words.dispatchEvent(new window.Event('input'));
    const heads = [...document.querySelectorAll('#cases th button')] as unknown as { click(): void }[];
    heads[2]?.click();
    expect(shown().at(-1)).toBe('good');
    heads[2]?.click();
    expect(shown()[0]).toBe('good');
    heads[0]?.click();
    expect(shown()).toEqual(['bad (must pass)', 'broken', 'good', 'odd']);
  });

  it('shows text of others as text', () => {
    const window = open(evil, { script: true });
    expect(window.document.querySelectorAll('script')).toHaveLength(1);
    expect(window.document.querySelectorAll('[onload]')).toHaveLength(0);
    expect(texts(window, '#cases tbody td:first-child')[0]).toContain('<script>alert(1)</script>');
  });
});

/** Names, in order of first sight, and what is wrong with XML by the schema of JUnit reports. */
function xmlOf(xml: string): { names: string[]; problems: string[] } {
  const allowed: Readonly<Record<string, { in: string; attributes: readonly string[] }>> = {
    testsuites: { in: '', attributes: [] },
    testsuite: {
      in: 'testsuites',
      attributes: ['id', 'package', 'name', 'timestamp', 'hostname', 'tests', 'failures', 'errors', 'time'],
    },
    properties: { in: 'testsuite', attributes: [] },
    property: { in: 'properties', attributes: ['name', 'value'] },
    testcase: { in: 'testsuite', attributes: ['name', 'classname', 'time'] },
    failure: { in: 'testcase', attributes: ['message', 'type'] },
    error: { in: 'testcase', attributes: ['message', 'type'] },
    'system-out': { in: 'testsuite', attributes: [] },
    'system-err': { in: 'testsuite', attributes: [] },
  };
  const problems: string[] = [];
  const names: string[] = [];
  const stack: string[] = [];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  for (const [, text, close, name = '', rest = '', self] of body.matchAll(
    /([^<]*)<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g,
  )) {
    if (/&(?!(?:amp|lt|gt|quot|apos|#x[\dA-F]+);)/.test(`${text}${rest}`)) problems.push(`a bare & near ${name}`);
    if (close === '/') {
      if (stack.pop() !== name) problems.push(`${name} is closed and not open`);
      continue;
    }
    if (!names.includes(name)) names.push(name);
    if (allowed[name]?.in !== (stack.at(-1) ?? '')) problems.push(`${name} stands in ${stack.at(-1)}`);
    const attributes = [...rest.matchAll(/ ([\w-]+)="[^"]*"/g)].map((match) => match[1]);
    if (attributes.join() !== allowed[name]?.attributes.join()) problems.push(`${name} has ${attributes.join()}`);
    if (self !== '/') stack.push(name);
  }
  const left = body.replace(/[^<]*<\/?[\w-]+(?: [\w-]+="[^"<]*")*\/?>/g, '').trim();
  if (left !== '' || stack.length > 0) problems.push(`left over: ${left.slice(0, 80)} ${stack.join()}`);
  return { names, problems };
}
