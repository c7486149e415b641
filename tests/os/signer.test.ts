import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyIdOf, publicKeyOf, signatureHolds } from '../../src/os/public-key.ts';
import { openSigner, rotateKey } from '../../src/os/signer.ts';

function freshDir(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-keys-'));
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
  return path.join(home, 'reyn', 'keys');
}

const modeOf = (file: string) => fs.statSync(file).mode & 0o777;

describe('a signer', () => {
  it('makes a key that only its owner can read, and another process verifies what it signed', () => {
    const dir = freshDir();
    const signer = openSigner({ dir });
    expect(fs.existsSync(dir)).toBe(false);
    const signature = signer.sign('the head');
    expect(signer.id).toMatch(/^[0-9a-f]{16}$/);
    expect([modeOf(dir), modeOf(path.join(dir, 'signing.pem'))]).toEqual([0o700, 0o600]);
    expect(fs.readdirSync(dir).sort()).toEqual([`${signer.id}.pub`, 'signing.pem']);

    const other = openSigner({ dir });
    expect(other.verify('the head', signature, signer.id)).toBe(true);
    expect(other.verify('another head', signature, signer.id)).toBe(false);
    expect(other.verify('the head', `A${signature.slice(1)}`, signer.id)).toBe(false);
    expect(other.verify('the head', `${signature}=`, signer.id)).toBe(false);
    expect(other.id).toBe(signer.id);
  });

  it('gives a public key that verifies without the folder', () => {
    const signer = openSigner({ dir: freshDir() });
    const signature = signer.sign('the head');
    const key = publicKeyOf(signer.publicKey);
    expect(keyIdOf(signer.publicKey)).toBe(signer.id);
    expect(key !== undefined && signatureHolds(key, 'the head', signature)).toBe(true);
  });

  it('verifies what was signed before a rotation and signs with the new key', () => {
    const dir = freshDir();
    const before = openSigner({ dir });
    const signature = before.sign('old');
    const id = rotateKey({ dir });
    const after = openSigner({ dir });
    expect(after.id).toBe(id);
    expect(id).not.toBe(before.id);
    expect(after.verify('old', signature, before.id)).toBe(true);
    expect(after.verify('old', signature, id)).toBe(false);
    expect(after.verify('new', after.sign('new'), id)).toBe(true);
    expect(modeOf(path.join(dir, 'signing.pem'))).toBe(0o600);
  });

  it('knows no key of others, and none whose file lies about its id', () => {
    const mine = openSigner({ dir: freshDir() });
    const dir = freshDir();
    const theirs = openSigner({ dir });
    const signature = theirs.sign('x');
    expect(mine.verify('x', signature, theirs.id)).toBe(false);
    expect(mine.knows('../../etc/passwd')).toBe(false);
    const forged = openSigner({ dir: freshDir() });
    fs.writeFileSync(path.join(dir, `${theirs.id}.pub`), forged.publicKey);
    expect(openSigner({ dir }).knows(forged.id)).toBe(false);
    expect(openSigner({ dir }).verify('x', forged.sign('x'), theirs.id)).toBe(false);
  });

  it('refuses a key or a folder that is open to others, a link, and what is no key', () => {
    const spoiled: readonly [what: RegExp, spoil: (dir: string, file: string) => void][] = [
      [/may be read by others/, (_, file) => fs.chmodSync(file, 0o640)],
      [/is open to others/, (dir) => fs.chmodSync(dir, 0o750)],
      [/is not an Ed25519 key/, (_, file) => fs.writeFileSync(file, 'hello')],
      [
        /cannot be read/,
        (dir, file) => {
          fs.renameSync(file, path.join(dir, '../moved.pem'));
          fs.symlinkSync(path.join(dir, '../moved.pem'), file);
        },
      ],
    ];
    for (const [what, spoil] of spoiled) {
      const dir = freshDir();
      openSigner({ dir }).sign('x');
      const key = fs.readFileSync(path.join(dir, 'signing.pem'), 'utf8');
      spoil(dir, path.join(dir, 'signing.pem'));
      expect(() => openSigner({ dir }).sign('x')).toThrow(what);
      expect(() => rotateKey({ dir })).toThrow(what);
      expect(key).toContain('PRIVATE KEY');
    }
  });

  it('says where the key could be when there is no place for it', () => {
    const signer = openSigner({ dir: undefined });
    expect(signer.canSign).toBe(false);
    expect(() => signer.sign('x')).toThrow(/no folder of yours outside the project/);
    expect(() => signer.id).toThrow(/no folder of yours/);
    expect(signer.verify('x', 'y', '0123456789abcdef')).toBe(false);
  });

  it('ends with one key when processes make it at the same time', async () => {
    const dir = freshDir();
    const module = path.resolve('src/os/signer.ts');
    const code = `import { openSigner } from ${JSON.stringify(module)};
      const signer = openSigner({ dir: ${JSON.stringify(dir)} });
      process.stdin.once('data', () => { console.log(signer.id + ' ' + signer.sign('x')); process.exit(); });
      console.log('ready');`;
    const children = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code]);
      let out = '';
      const ready = new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk) => {
          out += chunk;
          if (out.includes('ready')) resolve();
        });
      });
      const ended = new Promise<string>((resolve) =>
        child.on('close', () => resolve(out.replace('ready\n', '').trim())),
      );
      return { child, ready, ended };
    });
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child } of children) child.stdin.end('go');
    const said = (await Promise.all(children.map(({ ended }) => ended))).map((line) => line.split(' '));
    const signer = openSigner({ dir });
    for (const [id, signature] of said) {
      expect(id).toBe(signer.id);
      expect(signer.verify('x', signature ?? '', signer.id)).toBe(true);
    }
    expect(fs.readdirSync(dir).sort()).toEqual([`${signer.id}.pub`, 'signing.pem']);
  });
});
