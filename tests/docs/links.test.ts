import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGES = [
  ...['README.md', 'AGENTS.md', 'CHANGELOG.md'],
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

const text = (page: string) => readFileSync(page, 'utf8');

/** Links of a page to files, code left out. */
function linksOf(page: string): readonly string[] {
  const prose = text(page)
    .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
    .replace(/`[^`\n]+`/g, (code) => '`'.repeat(code.length));
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^https?:/.test(link));
}

function targetOf(page: string, link: string): { file: string; anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  return { file: path === '' ? page : normalize(join(page, '..', path)), anchor };
}

/** Names of a page's headings as links write them. */
function anchorsOf(page: string): readonly string[] {
  const headings = text(page)
    .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
    .match(/^#{1,6} .+$/gm);
  return (headings ?? []).map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  it.each(PAGES)('%s leads only to what is there', (page) => {
    for (const link of linksOf(page)) {
      const { file, anchor } = targetOf(page, link);
      expect(existsSync(file) && statSync(file).isFile(), `${link} in ${page}`).toBe(true);
      if (anchor !== undefined && file.endsWith('.md')) expect(anchorsOf(file), `${link} in ${page}`).toContain(anchor);
    }
  });

  it('can be reached from the README, every page of it', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      if (!page.endsWith('.md')) continue;
      for (const link of linksOf(page)) reached.add(targetOf(page, link).file);
    }
    expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('has one screen of README', () => {
    expect(text('README.md').split('\n').length).toBeLessThanOrEqual(60);
  });
});
