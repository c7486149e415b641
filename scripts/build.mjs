/**
 * Builds `dist/`: the command line as one file (parts that are rarely needed are evaluated only when imported, heavy
 * packages stay outside), the public modules, their types, and the skills that ship.
 *
 *   node scripts/build.mjs [--no-types] [--if-stale]
 *
 * Files appear by rename, so that a program started meanwhile never reads half of one.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

/** Packages that only some commands need and that cost more to load than the rest together. */
const OUTSIDE = ['ai', '@ai-sdk/*', 'pino', 're2js'];

/** Lets bundled CommonJS packages reach Node's own modules. */
const REQUIRE = "import { createRequire as reynCreateRequire } from 'node:module';\nconst require = reynCreateRequire(import.meta.url);";

export async function build({ types = true } = {}) {
  const { build: bundle } = await import('esbuild');
  mkdirSync(dist, { recursive: true });
  const staging = mkdtempSync(join(dist, '.building-'));
  try {
    const shared = { absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', target: 'node22.18', logLevel: 'error' };
    await bundle({
      ...shared,
      entryPoints: { cli: 'src/cli/main.ts' },
      outdir: staging,
      external: OUTSIDE,
      banner: { js: REQUIRE },
      define: { REYN_BUNDLED: 'true' },
    });
    const modules = ['index', 'testing'].filter((name) => existsSync(join(root, 'src', `${name}.ts`)));
    if (modules.length > 0) {
      await bundle({
        ...shared,
        entryPoints: Object.fromEntries(modules.map((name) => [name, `src/${name}.ts`])),
        outdir: staging,
        packages: 'external',
        splitting: true,
        chunkNames: 'shared-[hash]',
      });
    }
    const skills = join(root, 'src', 'stdlib', 'skills');
    if (existsSync(skills)) cpSync(skills, join(staging, 'stdlib', 'skills'), { recursive: true });
    if (types && modules.length > 0) emitTypes(join(staging, 'types'));
    for (const name of readdirSync(staging)) replace(join(staging, name), join(dist, name));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function emitTypes(outDir) {
  const home = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const tsc = join(home, 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', outDir], { stdio: 'inherit' });
}

function replace(from, to) {
  if (existsSync(to) && statSync(to).isDirectory()) rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}

/** Whether `dist/cli.js` is older than any source. */
export function isStale() {
  const built = statSync(join(dist, 'cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = (dir) =>
    readdirSync(dir, { withFileTypes: true }).reduce((latest, entry) => {
      const path = join(dir, entry.name);
      return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
    }, 0);
  return newest(join(root, 'src')) > built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--if-stale') || isStale()) await build({ types: !process.argv.includes('--no-types') });
}
