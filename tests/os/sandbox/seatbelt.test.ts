import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seatbeltProfile } from '../../../src/os/sandbox/seatbelt.ts';

describe('the profile of seatbelt', () => {
  it('allows the mounts, in their order, and nothing else', async () => {
    const profile = seatbeltProfile(
      [
        { path: '/Users/ada/project', may: 'write' },
        { path: '/Users/ada/project/node_modules', may: 'read' },
        { path: '/Users/ada/project/.reyn', may: 'nothing' },
      ],
      ['/Users/ada/.nvm/versions/node/v24.0.0/bin', '/Users/ada/.nvm/versions/node/v24.0.0/lib'],
      '/private/tmp/reyn-exec-1',
    );
    await expect(profile).toMatchFileSnapshot(join(import.meta.dirname, 'goldens', 'seatbelt.sb'));
  });

  it('quotes names, so that none becomes a rule', () => {
    const profile = seatbeltProfile([{ path: '/a")(allow default)("\\', may: 'read' }], [], '/own');
    expect(profile).toContain('(allow file-read* (subpath "/a\\")(allow default)(\\"\\\\"))');
  });

  it('refuses by default, and names no network and no service but the one that knows users', () => {
    const profile = seatbeltProfile([], [], '/own');
    expect(profile).toMatch(/^\(version 1\)\n\(deny default\)\n/);
    expect(profile).not.toMatch(/network|iokit|system-socket/);
    expect(profile.match(/mach-lookup/g)).toHaveLength(1);
  });
});
