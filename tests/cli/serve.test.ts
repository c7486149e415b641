import { afterAll, describe, expect, it } from 'vitest';
import { asks } from '../server/serving.ts';
import { folderWith, reynIn, start } from './program.ts';

const { md = '', rules } = asks('Which?', ['a', 'b']).skills?.asks ?? {};
const { root, remove } = folderWith({
  'reyn.yaml': 'model: scripted\n',
  'reyn/project/asks/skill.md': md,
  'reyn/project/asks/evals/scripted.yaml': JSON.stringify({ rules }),
});
afterAll(remove);

type Question = { id: string; digest: string };

describe('reyn serve', () => {
  it('prints an address that opens the inbox, takes an answer, and ends at Ctrl-C with the run done', async () => {
    await reynIn(root, ['run', 'asks', 'go', '--on-ask', 'suspend']);
    const { child, ended, says } = start(root, ['serve', '--port', '0']);
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
    await says('Ctrl-C ends it.');
    await says(/^http:\S+$/m);
    const { origin, searchParams } = new URL(printed.trim());
    const entered = await fetch(printed.trim(), { redirect: 'manual' });
    expect(entered.status).toBe(303);
    const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const get = async (path: string) => (await fetch(origin + path, { headers: { cookie } })).text();
    expect(await get('/dashboard/inbox')).toContain('<h2>Which?</h2>');
    expect(await get('/assets/dashboard.js')).toContain('EventSource');
    expect(await get('/assets/dashboard.css')).toContain('article');
    const headers = { authorization: `Bearer ${searchParams.get('token')}` };
    const inbox = (await (await fetch(`${origin}/v1/inbox`, { headers })).json()) as { questions: Question[] };
    const [{ id, digest } = { id: '', digest: '' }] = inbox.questions;
    const answered = await fetch(`${origin}/v1/inbox/${id}`, {
      method: 'POST',
      headers: { ...headers, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ answer: 'b', digest }),
    });
    expect(answered.status).toBe(202);
    child.kill('SIGINT');
    const { exit, err } = await ended;
    expect({ exit, err }).toEqual({ exit: 130, err: 'Ctrl-C ends it.\n' });
    const shown = await reynIn(root, ['runs', 'list', '--json']);
    expect(['finished', 'interrupted']).toContain((JSON.parse(shown.out) as { status: string }[])[0]?.status);
    expect((await reynIn(root, ['audit', 'verify'])).exit).toBe(0);
  });

  it('does not listen beyond this machine', async () => {
    const { exit, err } = await reynIn(root, ['serve', '--host', '0.0.0.0']);
    expect(exit).toBe(4);
    expect(err).toContain('Reyn serves this machine only');
  });
});
