import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../../src/os/audit/verify.ts';
import { simulatedClock } from '../../../src/os/clock.ts';
import { openStore } from '../../../src/os/events/store.ts';
import { randomIds } from '../../../src/os/ids.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { letters } from '../secrets/samples.ts';
import { firstEvent, freshRoot } from './scene.ts';

const KNOWN = `known ${letters(20)}`;
const TOKEN = `ghp_${letters(36)}`;
const DIGEST = 'sk-4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'.slice(0, 43);

function everythingBelow(dir: string): string {
  const entries = fs.readdirSync(dir, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

async function written() {
  const root = freshRoot();
  const redact = openRedactor({ known: [{ name: 'MINE', value: KNOWN }] });
  const store = openStore({ root, clock: simulatedClock(), ids: randomIds, signer: undefined, redact });
  const { log } = await store.createRun('aaaaaaaaaa', firstEvent(store, { pack: store.blobs.put('{}') }));
  const large = `${'words '.repeat(4000)}${TOKEN} ${KNOWN}`;
  const events = [
    log.append({
      type: 'turn_acted',
      step: 'aaaa',
      data: { request: DIGEST, ops: [{ kind: 'read_file', args: { q: KNOWN } }] },
    }),
    log.append({ type: 'op_finished', step: 'aaab', data: { result: { [TOKEN]: 1, text: large } } }),
    log.append({
      type: 'run_failed',
      data: { code: 'internal', message: `at https://joe:${letters(12)}@h/`, exit: 70 },
    }),
  ];
  await log.close();
  await store.appendProject({ type: 'config_set', data: { key: 'x', value: KNOWN, file: 'reyn.yaml' } });
  const read = store.readRun('aaaaaaaaaa');
  await store.close();
  return { root, events, read };
}

describe('what is appended to a log', () => {
  it('holds no secret in any file, inline, in a blob or as a key', async () => {
    const { root } = await written();
    const all = everythingBelow(path.join(root, '.reyn'));
    expect(all).toContain('[secret:MINE]');
    expect(all).not.toContain(KNOWN);
    expect(all).not.toContain(TOKEN);
  });

  it('is folded as it was written: the event returned is the event read', async () => {
    const { events, read } = await written();
    expect(read.slice(1)).toEqual(events);
    expect(JSON.stringify(events)).not.toContain(TOKEN);
    expect(events[2]).toMatchObject({ data: { message: 'at https://joe:[secret:url_password]@h/' } });
  });

  it('is hashed without its secrets, so that the log verifies', async () => {
    const { root } = await written();
    expect(verifyStore(root, {}, { signer: undefined })).toMatchObject({ ok: true, problems: [] });
  });

  it('keeps its ids and digests, whatever they happen to look like', async () => {
    const { events } = await written();
    expect(events[0]).toMatchObject({ data: { request: DIGEST } });
  });
});
