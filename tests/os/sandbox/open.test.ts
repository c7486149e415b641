import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bubblewrap } from '../../../src/os/sandbox/bubblewrap.ts';
import { openSandbox } from '../../../src/os/sandbox/open.ts';
import { ended, open, run } from './running.ts';

describe('openSandbox', () => {
  it('is bubblewrap on Linux', () => {
    expect(openSandbox({ setting: 'auto', root: '/', platform: 'linux' }).backend).toBe('bubblewrap');
  });

  it.each(['win32', 'freebsd', 'aix'])('says that there is none for %s, and what to do', (platform) => {
    const none = openSandbox({ setting: 'auto', root: '/', platform });
    expect(none).toEqual({
      backend: undefined,
      reason: expect.stringContaining(platform),
      hint: expect.stringContaining('WSL'),
    });
  });

  it('says so when the program of the backend is not in a folder of the system, whatever PATH has', () => {
    const none = openSandbox({ setting: 'auto', root: '/', platform: 'darwin', env: { PATH: '/tmp' } });
    expect(none).toMatchObject({ backend: undefined, reason: '/usr/bin/sandbox-exec is missing.' });
  });

  it('is nothing only when the user says so, on every platform', async () => {
    for (const platform of ['linux', 'darwin', 'win32']) {
      expect(openSandbox({ setting: 'none', root: '/', platform }).backend).toBe('none');
    }
    expect(ended(await run(['true'], { sandbox: open('none') }))).toEqual({ status: 'exited', code: 0 });
  });
});

describe('bubblewrap that does not say which version it is', () => {
  it('is refused, and asked again the next time', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-bwrap-'));
    onTestFinished(() => fs.rmSync(dir, { recursive: true }));
    const file = path.join(dir, 'bwrap');
    const once = `[ -e ${dir}/asked ] || { : > ${dir}/asked; exit 0; }`;
    fs.writeFileSync(file, `#!/bin/sh\n${once}\nexec /usr/bin/bwrap "$@"\n`, { mode: 0o755 });
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
    const sandbox = bubblewrap({ file, architecture, operator: { env: {}, root: dir } });
    await expect(run(['true'], { sandbox })).rejects.toMatchObject({ code: 'sandbox' });
    expect(ended(await run(['true'], { sandbox }))).toEqual({ status: 'exited', code: 0 });
  });
});
