import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests that start the program start what is in the sources now. A build that fails is told by those tests. */
export default function setup(): void {
  try {
    const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));
    execFileSync(process.execPath, [script, '--no-types', '--if-stale'], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    process.stderr.write(`The build failed:\n${(error as { stderr?: Buffer }).stderr ?? error}\n`);
  }
}
