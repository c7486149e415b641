import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyStore } from '../../src/os/audit/verify.ts';
import { ended, faultOf, filesOf, makeLedger, onlyRun, start } from '../crash/ledger.ts';
import { openIn, startActor } from '../os/events/scene.ts';
import { canMountExt4, mounted } from './mounts.ts';

/** How often the power is cut: few in every test run, more when somebody asks for it. */
const CUTS = Number(process.env.REYN_POWER_CUTS ?? 1);

/**
 * An ext4 disk of its own. Nothing is written back but what is asked for: the journal commits on its own only every few
 * minutes, and a rename does not bring the content of the file along.
 */
function ext4(): { readonly image: string; readonly root: string } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-image-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  const image = path.join(dir, 'disk');
  fs.closeSync(fs.openSync(image, 'w'));
  fs.truncateSync(image, 16 << 20);
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', 'lazy_itable_init=0', image]);
  const root = mounted(['-o', 'loop,commit=600,noauto_da_alloc', image]);
  return { image, root };
}

/** What would be on the disk if the power went now, mounted as after the next start. */
function cutNow(image: string): string {
  const copy = `${image}.${fs.readdirSync(path.dirname(image)).length}`;
  fs.copyFileSync(image, copy);
  return mounted(['-o', 'loop', copy]);
}

/** Files of facts that are there without content. A lock is an empty file; the index holds no fact. */
function emptyFacts(root: string): string[] {
  const home = path.join(root, '.reyn');
  const names = fs.existsSync(home) ? fs.readdirSync(home, { recursive: true, encoding: 'utf8' }) : [];
  return names.filter((name) => {
    const isFact = name.startsWith('runs/') || name.startsWith('blobs/');
    const stat = fs.statSync(path.join(home, name));
    return isFact && stat.isFile() && stat.size === 0;
  });
}

const moment = (most: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));

describe.skipIf(!canMountExt4)('a power cut (needs root and mkfs.ext4, for a disk of its own)', () => {
  it(`loses no event that was acknowledged, ${CUTS} times`, { timeout: 60_000 + CUTS * 20_000 }, async () => {
    const { image, root } = ext4();
    for (let cut = 0; cut < CUTS; cut++) {
      const run = `run${cut}`;
      const writer = startActor(['run', root, run]);
      expect(await writer.line()).toBe('created');
      await moment(150);
      process.kill(writer.pid, 'SIGSTOP');
      const acknowledged = writer.said().match(/durable \d+/g)?.length ?? 0;
      const after = cutNow(image);
      await writer.kill();

      expect(emptyFacts(after)).toEqual([]);
      const store = openIn(after);
      expect(store.readRun(run).length, `cut ${cut}`).toBeGreaterThanOrEqual(acknowledged + 1);
      for (const each of store.runIds()) {
        const { log } = await store.takeRun(each, 'resume');
        log.append({ type: 'run_finished', data: { type: 'a', artifact: {} } });
        await log.close();
      }
      await store.close();
      expect(verifyStore(after, {}, { signer: undefined }).problems, `cut ${cut}`).toEqual([]);
    }
  });

  it(`leaves a run that ends as if nothing had happened, ${CUTS} times`, {
    timeout: 60_000 + CUTS * 20_000,
  }, async () => {
    for (let cut = 0; cut < CUTS; cut++) {
      const { image, root } = ext4();
      const ledger = makeLedger(12);
      fs.cpSync(ledger.root, root, { recursive: true });
      ledger.remove();
      execFileSync('sync', ['--file-system', root]);
      const program = start(root, ['run', 'keep_ledger', 'go']);
      const end = ended(program);
      await moment(450);
      program.kill('SIGSTOP');
      const written = Object.keys(filesOf(root));
      const after = cutNow(image);
      program.kill('SIGKILL');
      const { out } = await end;

      expect(emptyFacts(after)).toEqual([]);
      const run = onlyRun(after);
      const events = run === undefined ? [] : openIn(after).readRun(run);
      const intents = events.map((event) => (event.type === 'op_started' ? event.data.path : undefined));
      expect(intents, 'what was written was intended').toEqual(
        expect.arrayContaining(written.map((file) => `out/${file}`)),
      );
      if (out !== '') expect(events.at(-1)?.type).toBe('run_finished');
      const next = await ended(start(after, run === undefined ? ['run', 'keep_ledger', 'go'] : ['resume', run]));
      expect(next.code, next.err).toBe(0);
      expect(await faultOf(after, onlyRun(after) ?? ''), `cut ${cut}`).toBeUndefined();
    }
  });
});
