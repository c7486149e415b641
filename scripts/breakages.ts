/**
 * Breaks what keeps attacks out, one piece at a time, in a copy of the sources, and shows that tests notice.
 *
 *   node scripts/breakages.ts [name…]
 *
 * Exits 1 when a breakage stays unnoticed, or its text is no longer in the sources exactly once.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export type Breakage = {
  readonly name: string;
  readonly file: string;
  /** Text that stands in the file exactly once, and what stands there when it is broken. */
  readonly find: string;
  readonly replace: string;
  /** Test files that must notice; `only` names the tests in them that are run. */
  readonly tests: readonly string[];
  readonly only?: string;
};

export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'Unicode folding',
    file: 'src/os/workspace/location.ts',
    find: "const seen = text.normalize('NFKC').replace(IGNORED, '');",
    replace: 'const seen = text;',
    tests: ['tests/os/workspace/location.test.ts', 'tests/os/permissions/decide.test.ts'],
  },
  {
    name: 'nlink',
    file: 'src/os/workspace/file.ts',
    find: 'if (stat.nlink > 1) {',
    replace: 'if (stat.nlink > 1_000_000) {',
    tests: ['tests/os/workspace/open.test.ts'],
  },
  {
    name: 'redirect check',
    file: 'src/os/network/fetch.ts',
    find: 'if (!request.mayReach(host)) {',
    replace: 'if (hops.length === 0 && !request.mayReach(host)) {',
    tests: ['tests/os/network/fetch.test.ts'],
    only: 'redirect',
  },
  {
    name: 'prefix compare',
    file: 'src/os/workspace/location.ts',
    find: 'if (above.length === 0 || !above.every((part, at) => part === parsed.segments[at])) return path;',
    replace: 'if (above.length === 0 || !path.startsWith(root)) return path;',
    tests: ['tests/os/workspace/location.test.ts'],
  },
  {
    name: 'O_NOFOLLOW',
    file: 'src/os/workspace/folder.ts',
    find: 'fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path, lookup',
    replace: 'fs.openSync(path, O_RDONLY | O_DIRECTORY), path, lookup',
    tests: ['tests/os/workspace/open.test.ts'],
  },
  {
    name: 'fsync',
    file: 'src/os/events/run-log.ts',
    find: 'failing(() => disk.datasync(file));',
    replace: '',
    tests: ['tests/os/events/crash.test.ts'],
    only: 'before any one change to the disk, nothing',
  },
  {
    name: 'redaction of keys',
    file: 'src/os/secrets/walk.ts',
    find: "const name = typeof key === 'string' ? redact(key) : key;",
    replace: 'const name = key;',
    tests: ['tests/os/secrets/redactor.test.ts'],
    only: 'key',
  },
  {
    name: 'permission diff skipped',
    file: 'src/learning/verdicts/prechecks.ts',
    find: 'if (widened.length > 0 && !widenedApproved)',
    replace: 'if (widened.length > 1_000_000)',
    tests: ['tests/learning/verdicts/prechecks.test.ts'],
  },
  {
    name: 'dev used as holdout',
    file: 'src/learning/verdicts/question.ts',
    find: 'const cases = splits.holdout.map(',
    replace: 'const cases = splits.dev.map(',
    tests: ['tests/learning/verdicts/drive-verdict.test.ts'],
  },
  {
    name: 'missing dropped',
    file: 'src/learning/verdicts/rule.ts',
    find: 'told.get(keyOf(wanted)) ?? missing(wanted)',
    replace: 'told.get(keyOf(wanted)) ?? { ...missing(wanted), infra: true }',
    tests: ['tests/learning/verdicts/rule.test.ts'],
    only: 'no result',
  },
  {
    name: 'repeats pooled',
    file: 'src/learning/verdicts/pairs.ts',
    find: 'return [...clusters.values()].map(({ sum, weight }) => sum / weight);',
    replace:
      'return cases.flatMap(({ case: name }) => pairs.of(name, repeats).map(({ a, b }) => measure(b) - measure(a)));',
    tests: ['tests/learning/verdicts/rule.test.ts'],
    only: 'count as independent',
  },
  {
    name: 'flat alpha',
    file: 'src/learning/verdicts/ledger.ts',
    find: 'return (ALPHA * 6) / (Math.PI ** 2 * attempt ** 2);',
    replace: 'return attempt > 0 ? ALPHA : 0;',
    tests: ['tests/learning/verdicts/statistics.test.ts'],
    only: 'ledger',
  },
  {
    name: 'stale baseline',
    file: 'src/learning/verdicts/drive-verdict.ts',
    find: 'seed: seedOf(session, repeat) };',
    replace: "seed: arm === 'a' ? 1 : seedOf(session, repeat) };",
    tests: ['tests/learning/verdicts/drive-verdict.test.ts'],
  },
  {
    name: 'verdicts of others',
    file: 'src/learning/versions/standing.ts',
    find: 'isOwnVerdict(id, event.data.vouched),',
    replace: 'isOwnVerdict !== undefined,',
    tests: ['tests/versioning.test.ts'],
    only: 'asks also with',
  },
  {
    name: 'sealed sessions of others',
    file: 'src/verification.ts',
    find: 'refuseBrought(session);',
    replace: '',
    tests: ['tests/verification.test.ts'],
    only: 'another machine',
  },
  {
    name: 'exchanges of others',
    file: 'src/learning/versions/exchange.ts',
    find: 'const isOwn = isOwnIntent(signer, intent);',
    replace: 'const isOwn = isOwnIntent(signer, intent) || true;',
    tests: ['tests/learning/versions/exchange.test.ts'],
    only: 'another machine',
  },
  {
    name: 'links for marks',
    file: 'src/learning/versions/home.ts',
    find: '[top, marks].every((dir) => lstatSync(dir).isDirectory())',
    replace: '[top, marks].every((dir) => existsSync(dir))',
    tests: ['tests/attacks/improve.test.ts'],
    only: 'nothing removed',
  },
  {
    name: 'looser drafts',
    file: 'src/learning/evals/asked.ts',
    find: 'if (looser !== undefined) {',
    replace: 'if (looser === null) {',
    tests: ['tests/evaluation.test.ts'],
    only: 'no text that may do more',
  },
];

/** What became of a breakage: the tests that went red, or why nothing is shown. */
export type Shown = { readonly red: readonly string[] } | { readonly problem: string };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** One for each processor of a small machine. */
const AT_ONCE = 2;
/** Without the build that tests of the program wait for. */
const CONFIG = "export default { test: { include: ['tests/**/*.test.ts'], pool: 'forks', testTimeout: 30_000 } };\n";

/** Breaks a copy and runs its tests. */
export async function show(breakage: Breakage): Promise<Shown> {
  const { file, find, replace, tests, only } = breakage;
  const text = readFileSync(join(ROOT, file), 'utf8');
  const times = text.split(find).length - 1;
  if (times !== 1) return { problem: `${file} holds what is to be broken ${times} times: ${find}` };
  const copy = mkdtempSync(join(tmpdir(), 'reyn-broken-'));
  try {
    for (const name of ['src', 'tests', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'vitest.config.ts'), CONFIG);
    writeFileSync(
      join(copy, file),
      text.replace(find, () => replace),
    );
    return await run(copy, [...tests, ...(only === undefined ? [] : ['-t', only])]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

async function run(copy: string, args: readonly string[]): Promise<Shown> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const to = join(copy, 'report.json');
  const options = ['run', '--reporter=json', `--outputFile=${to}`, ...args];
  const child = spawn(process.execPath, [vitest, ...options], { cwd: copy, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise((resolve) => child.on('close', resolve));
  let report: Report;
  try {
    report = JSON.parse(readFileSync(to, 'utf8')) as Report;
  } catch {
    return { problem: `the tests did not run: ${said.slice(-500)}` };
  }
  const all = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const red = all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  const unloaded = report.testResults.find(({ assertionResults, message }) => assertionResults.length === 0 && message);
  if (unloaded !== undefined) return { problem: `${unloaded.name} did not load: ${unloaded.message}` };
  return red.length === 0 ? { problem: `nothing noticed, of ${all.length} tests` } : { red };
}

/** Titles name spellings that do not show. */
function plain(title: string): string {
  return title.replace(/[\p{Cf}\p{Cc}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
}

async function main(names: readonly string[]): Promise<void> {
  const left = BREAKAGES.filter(({ name }) => names.length === 0 || names.includes(name));
  let unnoticed = 0;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const shown = await show(next);
      if ('red' in shown) {
        const [first = '', ...more] = shown.red;
        console.log(
          `${next.name}: red, as it must be: ${plain(first)}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
        );
      } else {
        unnoticed++;
        console.log(`${next.name}: NOT SHOWN: ${shown.problem}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  process.exitCode = unnoticed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
