import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openSigner } from '../../src/os/signer.ts';
import { canVouch, isVouched, vouch } from '../../src/os/vouch.ts';
import { freshRoot } from './events/scene.ts';

it('vouches for a text with a key of this user, and for no other text or user', () => {
  const [mine, theirs] = [freshRoot(), freshRoot()].map((dir) => openSigner({ dir: path.join(dir, 'keys') }));
  if (mine === undefined || theirs === undefined) throw new Error('no signer');
  const vouched = vouch(mine, 'a');
  expect([isVouched(mine, 'a', vouched), isVouched(mine, 'b', vouched), isVouched(theirs, 'a', vouched)]).toEqual([
    true,
    false,
    false,
  ]);
  for (const odd of [undefined, null, 'x', {}, { key: 1, signature: [] }, { ...vouched, key: '../../etc/passwd' }]) {
    expect(isVouched(mine, 'a', odd)).toBe(false);
  }
});

it('vouches for nothing, and fails nobody, where no key can be had', () => {
  const dir = path.join(freshRoot(), 'keys');
  fs.writeFileSync(dir, 'a file');
  for (const signer of [openSigner({ dir: undefined }), openSigner({ dir })]) {
    expect([canVouch(signer), vouch(signer, 'a'), isVouched(signer, 'a', { key: 'k', signature: 's' })]).toEqual([
      false,
      undefined,
      false,
    ]);
  }
});
