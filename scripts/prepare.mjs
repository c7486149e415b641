/** Runs after `npm ci` in a checkout: builds when what it takes is installed, and says so when it is not. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function isInstalled(name) {
  try {
    return existsSync(require.resolve(`${name}/package.json`));
  } catch {
    return false;
  }
}

if (['esbuild', 'typescript'].every(isInstalled)) {
  const { build } = await import('./build.mjs');
  await build();
} else {
  console.error('reyn: not built, because esbuild and typescript are not installed (npm ci installs them).');
}
