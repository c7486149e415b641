import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it('gives its process back as it was: one that somebody talks to goes on to listen', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'reyn-signals-'));
  const script = path.join(dir, 'child.mjs');
  const signals = pathToFileURL(path.resolve('src/cli/signals.ts')).href;
  writeFileSync(
    script,
    `import { interruptible } from ${JSON.stringify(signals)};
     interruptible(() => undefined).stop();
     process.on('message', () => process.send('heard', () => process.disconnect()));
     process.send('ready');`,
  );
  const child = fork(script, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const heard: unknown[] = [];
  child.on('message', (message) => {
    heard.push(message);
    if (message === 'ready') setTimeout(() => child.connected && child.send('hello'), 200);
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  expect(await ended).toBe(0);
  expect(heard).toEqual(['ready', 'heard']);
  rmSync(dir, { recursive: true, force: true });
});
