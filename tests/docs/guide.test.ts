import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startModelServer } from './model-server.ts';
import { blocksOf, promisedPattern, readPage } from './page.ts';
import { runPage } from './run-page.ts';

const GUIDE = 'docs/guide';
/** Where the guide says that a model server listens. */
const SHOWN_SERVER = 'http://127.0.0.1:11434/v1';

/** Milliseconds: all pages are run at once, and some of them improve a skill. */
const PATIENCE = 180_000;

const pages = readdirSync(GUIDE).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

describe.concurrent('the guide', { timeout: PATIENCE }, () => {
  it('is numbered without a gap', () => {
    expect(pages.map((name) => Number(/^(\d+)-[a-z-]+\.md$/.exec(name)?.[1]))).toEqual(pages.map((_, i) => i + 1));
  });

  it.each(pages)('%s does and shows what it says', async (name) => {
    const page = readFileSync(`${GUIDE}/${name}`, 'utf8');
    const examples = !page.includes('npx reyn init');
    if (!page.includes(SHOWN_SERVER)) {
      expect(await runPage(page, { examples })).toBe('');
      return;
    }
    const server = await startModelServer();
    try {
      expect(await runPage(page, { examples, replace: { [SHOWN_SERVER]: server.baseUrl } })).toBe('');
      expect(server.requests.length).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });
});

describe.concurrent('a concept', { timeout: PATIENCE }, () => {
  const concepts = readdirSync('docs/concepts').map((name) => [name, readFileSync(`docs/concepts/${name}`, 'utf8')]);
  const run = concepts.filter(([, page]) => blocksOf(page ?? '').some(({ info }) => info === 'sh'));

  it.each(run)('%s does and shows what it says', async (_, page = '') => {
    expect(await runPage(page, { examples: true })).toBe('');
  });
});

describe.concurrent('the page of a skill that ships', { timeout: PATIENCE }, () => {
  const shipped = readdirSync('docs/skills');

  it.each(shipped)('%s does and shows what it says', async (name) => {
    expect(await runPage(readFileSync(`docs/skills/${name}`, 'utf8'), { examples: true })).toBe('');
  });
});

describe.concurrent('the README', { timeout: PATIENCE }, () => {
  // `npm ci` and `npm test` are what `.ci/run` does with a clean checkout.
  const readme = readFileSync('README.md', 'utf8')
    .replace(/^npm ci && /gm, '')
    .replace(/^npm test$/gm, 'true')
    // The guide runs this very line, and looks at what comes of it.
    .replace(/^npx reyn improve support_reply --model world\b.*$/gm, 'true');

  it('does and shows what it says', async () => {
    expect(await runPage(readme, { examples: true })).toBe('');
  });

  it('shows two lines that run the same example on a server', async () => {
    const settings = blocksOf(readme).find(({ info }) => info === 'yaml')?.lines ?? [];
    expect(settings).toHaveLength(2);
    const server = await startModelServer();
    try {
      const run =
        'npx reyn config trust --quiet >/dev/null\nREYN_API_KEY=sk-example npx reyn run essay "Is it hard to begin?"';
      const page = ['```yaml reyn.yaml', ...settings, '```', '```sh', run, '```'].join('\n');
      expect(await runPage(page, { examples: true, replace: { [SHOWN_SERVER]: server.baseUrl } })).toBe('');
      expect(server.requests).toHaveLength(4);
    } finally {
      await server.close();
    }
  });

  it('begins with a command that sets up and runs an example, and shows its result', () => {
    const [first] = readPage(readme);
    expect(first).toMatchObject({ kind: 'command', exit: 0, promised: { streams: 'stdout' } });
  });
});

describe('a page as a script', () => {
  it('has commands, exits, signals, outputs and files', () => {
    const page = [
      ...['```sh', 'one', '# exit 3', 'two   # Ctrl-C at "go": exit 130', '```', '', '```text', 'said', '```'],
      ...['prose', '```', 'shown only', '```', '```yaml a/b.yaml', 'x: 1', '```'],
    ].join('\n');
    expect(readPage(page)).toEqual([
      { kind: 'command', line: 2, text: 'one', exit: 3 },
      {
        kind: 'command',
        line: 4,
        text: 'two   # Ctrl-C at "go": exit 130',
        exit: 130,
        signal: { name: 'SIGINT', at: 'go' },
        promised: { text: 'said', streams: 'both' },
      },
      { kind: 'file', line: 14, name: 'a/b.yaml', text: 'x: 1\n' },
    ]);
  });

  it('is refused when a block is never closed', () => {
    expect(() => blocksOf('```sh\none\n')).toThrow('line 1');
  });

  it('promises ids, times and sizes by their kind, everything else by the letter', () => {
    const pattern = promisedPattern('finished run 7j6qgaxq8q · 1 turn · 0.1 s\n  next   reyn …\n…\nend\n');
    expect(pattern.test('finished run zzzzzzzzz0 · 1 turn · 12 ms\n next reyn x\nend\n')).toBe(true);
    expect(pattern.test('finished run zzzzzzzzz0 · 1 turn · 12 ms\n next reyn x\nmore\nmore\nend\n')).toBe(true);
    expect(pattern.test('finished run zzzzzzzzz0 · 2 turns · 12 ms\n next reyn x\nend\n')).toBe(false);
    expect(pattern.test('finished run zzzzzzzzz0 · 1 turn · 12 ms\n next reyn x\n')).toBe(false);
    expect(pattern.test('finished run zz · 1 turn · 12 ms\n next reyn x\nend\n')).toBe(false);
  });
});
