import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkSandbox } from '../../../src/cli/doctor/sandbox.ts';
import { probeSandbox } from '../../../src/os/sandbox/probe.ts';
import { open, shared } from './running.ts';

describe('probeSandbox', () => {
  it('finds that everything that must fail does, in the sandbox of this machine', async () => {
    const probes = await probeSandbox(shared);
    expect(probes.filter(({ ok }) => !ok)).toEqual([]);
    expect(probes.length).toBeGreaterThanOrEqual(10);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('reyn-probe-'))).toEqual([]);
  });

  it('finds what gets through where nothing isolates', async () => {
    const probes = await probeSandbox(open('none'));
    expect(probes.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'a connection to this machine',
      'a datagram to this machine',
      'a file outside the mounts',
      'a file that may only be read',
      'other processes and their variables',
      ...(process.getuid?.() === 0 ? ['a user namespace of its own'] : []),
    ]);
  });

  it('says what it tried when the sandbox does not start at all', async () => {
    const broken = { backend: 'bubblewrap', run: () => Promise.reject(new Error('no namespaces here')) } as const;
    const probes = await probeSandbox(broken);
    expect(new Set(probes.map(({ ok, got }) => `${ok}: ${got}`))).toEqual(new Set(['false: no namespaces here']));
  });
});

describe('the doctor', () => {
  it('is content with the sandbox of this machine', async () => {
    expect(await checkSandbox('/')).toEqual([
      { name: 'sandbox', state: 'ok', says: expect.stringContaining('bubblewrap') },
    ]);
  });
});
