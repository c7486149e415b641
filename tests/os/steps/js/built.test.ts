import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { JsRequest } from '../../../../src/os/steps/js/wire.ts';

const BUILT = path.resolve('dist', 'js-worker.cjs');

describe('the worker as it is built', () => {
  it('needs no file and no package beside it', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-worker-'));
    fs.copyFileSync(BUILT, path.join(dir, 'js-worker.cjs'));
    const worker = new Worker(path.join(dir, 'js-worker.cjs'), { env: {} });
    try {
      expect(await once(worker, 'message')).toEqual([{ kind: 'ready' }]);
      const source = 'export const rank = (x) => [x, new Date(0).getTimezoneOffset()];';
      const call = { modules: { 'rank.js': source }, module: 'rank.js', function: 'rank', input: '1', seed: 'a' };
      worker.postMessage(call satisfies JsRequest);
      expect(await once(worker, 'message')).toEqual([{ kind: 'answer', answer: { ok: true, text: '[1,0]' } }]);
      expect(await once(worker, 'message')).toEqual([{ kind: 'ready' }]);
    } finally {
      await worker.terminate();
      fs.rmSync(dir, { recursive: true });
    }
  });
});
