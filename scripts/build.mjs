/**
 * Builds `dist/`: the command line as one file, the public modules, their types, the worker of isolated steps, and the
 * skills that ship.
 *
 *   node scripts/build.mjs [--no-types] [--if-stale]
 *
 * The command line is made to start fast:
 *  - It is CommonJS, so that a module of Node is loaded when the code that wants it runs, and without the copies of
 *    its exports that an ES module import makes. Code behind `import()` is in the same file and runs when asked for.
 *  - typebox is reduced to the builders that are used; commander goes without starting programs of its own.
 *  - Packages that only some commands need stay outside.
 *
 * Files appear by rename, so that a program started meanwhile never reads half of one.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const dist = join(root, 'dist');

const OUTSIDE = [
  ...['@dagrejs/dagre', '@modelcontextprotocol/client', 'ai', '@ai-sdk/*', 'htmlparser2', 'pino', 're2js'],
  ...['hono', 'hono/*', '@hono/node-server', 'modern-tar'],
];

export async function build({ types = true } = {}) {
  const esbuild = await import('esbuild');
  mkdirSync(dist, { recursive: true });
  const staging = mkdtempSync(join(dist, '.building-'));
  try {
    const bundles = [await bundleProgram(esbuild, staging), await bundleWorker(esbuild, staging)];
    writeLicences(bundles, staging);
    const modules = ['index', 'testing'].filter((name) => existsSync(join(source, `${name}.ts`)));
    if (modules.length > 0) await bundleModules(esbuild, modules, staging);
    if (types && modules.length > 0) emitTypes(join(staging, 'types'));
    const skills = join(source, 'stdlib', 'skills');
    if (existsSync(skills)) cpSync(skills, join(staging, 'stdlib', 'skills'), { recursive: true });
    const assets = join(source, 'server', 'assets');
    if (existsSync(assets)) cpSync(assets, join(staging, 'assets'), { recursive: true });
    const made = readdirSync(staging);
    for (const name of made) replace(join(staging, name), join(dist, name));
    for (const name of readdirSync(dist)) {
      if (name.startsWith('shared-') && !made.includes(name)) rmSync(join(dist, name)); // of an earlier build
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  platform: 'node',
  target: 'node22.18',
  logLevel: 'error',
};

function bundleProgram(esbuild, outdir) {
  return esbuild.build({
    ...shared,
    format: 'cjs',
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir,
    outExtension: { '.js': '.cjs' },
    external: OUTSIDE,
    define: { 'import.meta.url': 'reynModuleUrl' },
    banner: { js: "const reynModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [smallTypebox(esbuild), childlessCommander],
  });
}

/** What runs in the threads of isolated steps, for the command line and the modules alike. */
function bundleWorker(esbuild, outdir) {
  return esbuild.build({
    ...shared,
    format: 'cjs',
    entryPoints: { 'js-worker': 'src/os/steps/js/worker.ts' },
    outdir,
    outExtension: { '.js': '.cjs' },
  });
}

function bundleModules(esbuild, modules, outdir) {
  return esbuild.build({
    ...shared,
    format: 'esm',
    entryPoints: Object.fromEntries(modules.map((name) => [name, `src/${name}.ts`])),
    outdir,
    packages: 'external',
    splitting: true,
    chunkNames: 'shared-[hash]',
  });
}

/** The licences of all packages that are in a bundle: most ask to be passed on with it. */
function writeLicences(bundles, outdir) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const homes = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set([...homes, 'node_modules/typebox'])].sort().map((home) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, home)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : `\n\n${readFileSync(join(root, home, file), 'utf8').trim()}`;
    return `${name} ${version} (${license})${text}\n`;
  });
  writeFileSync(join(outdir, 'LICENCES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** typebox as one flat module with only the builders that the sources name. */
function smallTypebox(esbuild) {
  return {
    name: 'small-typebox',
    setup(build) {
      build.onResolve({ filter: /^typebox$/ }, () => ({ path: 'typebox', namespace: 'small' }));
      build.onLoad({ filter: /.*/, namespace: 'small' }, async () => {
        const names = buildersIn(sourceFiles(source));
        const imports = names.map((name) => `${name} as T${name}`).join(', ');
        const members = names.map((name) => `${name}: T${name}`).join(', ');
        const contents = `import { ${imports} } from 'typebox';\nexport default { ${members} };`;
        const flat = await esbuild.build({
          ...shared,
          stdin: { contents, resolveDir: root },
          format: 'esm',
          write: false,
        });
        return { contents: flat.outputFiles[0].text };
      });
    },
  };
}

/** Names that stand as `Type.Name`, or are taken from `Type` by destructuring. */
function buildersIn(files) {
  const names = new Set();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/\bType\.([A-Z]\w*)/g)) names.add(name);
    for (const [, list] of text.matchAll(/\{([^{}]*)\} = Type;/g)) {
      for (const name of list.split(',')) if (name.trim() !== '') names.add(name.split(':')[0].trim());
    }
  }
  return [...names].sort();
}

const childlessCommander = {
  name: 'childless-commander',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'none', namespace: 'childless' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'childless' }, () => ({ contents: 'export default {};' }));
  },
};

function emitTypes(outDir) {
  const home = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const arguments_ = [join(home, 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', outDir];
  execFileSync(process.execPath, arguments_, { stdio: 'inherit' });
}

function replace(from, to) {
  if (existsSync(to) && statSync(to).isDirectory()) rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}

function sourceFiles(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : [path];
  });
}

/** Whether the program is older than a source, a script or a package. */
export function isStale() {
  const built = statSync(join(dist, 'cli.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = [...sourceFiles(source), join(root, 'scripts', 'build.mjs'), join(root, 'package-lock.json')];
  return inputs.some((path) => statSync(path).mtimeMs > built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--if-stale') || isStale()) await build({ types: !process.argv.includes('--no-types') });
}
