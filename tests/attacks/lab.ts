import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ReadReceipt } from '../../src/learning/versions/version.ts';
import type { RunEvent } from '../../src/os/events/event.ts';
import type { WaysOptions } from '../../src/os/network/reach.ts';
import { testWays } from '../../src/os/network/test-network.ts';
import { openReyn, type Reyn } from '../../src/reyn.ts';
import { CORPUS, secretOf } from '../os/secrets/corpus.ts';
import type { Rule } from '../project.ts';
import { type Action, expand, type Row } from './cases.ts';
import { type Grant, grantOf } from './grant.ts';
import { type Ear, type RouteSpec, startEar, startHttp, startUdp } from './servers.ts';
import { setUp } from './set-up.ts';

/** A project with everything a row sets up, beside a folder that must stay as it is. */
export type Lab = {
  readonly row: Row;
  /** The project, and the folder outside of it. */
  readonly ws: string;
  readonly out: string;
  readonly canary: string;
  readonly key: string;
  readonly names: Readonly<Record<string, string>>;
  /** What the command lines of programs that sleep hold. */
  readonly mark: string;
  readonly grant: Grant;
  readonly env: Record<string, string>;
  readonly ears: { readonly first: Ear; readonly second: Ear; readonly dash: Ear };
  /** More of `reyn.yaml`. */
  readonly config: Record<string, unknown>;
  /** Verdicts there are receipts of. */
  receipt: ReadReceipt;
  readonly ways: WaysOptions;
  /** The project, opened; again after a change of its configuration. */
  open(): Promise<Reyn>;
  /** Writes `reyn.yaml`, where it is to be another. */
  configure(): void;
  /** Writes the skill `lab` with what was granted; `rules` are what its model says. */
  skill(rules?: readonly Rule[], body?: string): void;
  /** What is written when the lab is opened. */
  write(file: string, text: string): void;
  /** Events of every run, in the order they came. */
  readonly events: RunEvent[];
  /** What runs in the lab and must be stopped with it. */
  readonly closers: (() => Promise<void> | void)[];
  close(): Promise<void>;
};

const OPS = [
  ...['read_file', 'glob_files', 'grep_files', 'write_file', 'edit_file', 'delete_file', 'ask_user'],
  ...['sandboxed_exec', 'web_fetch', 'mcp', 'run_skill'],
];

export async function openLab(given: Row): Promise<Lab> {
  const parent = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-attack-'));
  const ws = path.join(parent, 'ws');
  const out = path.join(parent, 'out');
  const home = path.join(parent, 'home');
  for (const folder of [ws, out, home, path.join(ws, 'out')]) fs.mkdirSync(folder);
  const said = JSON.stringify(given);
  const does = (what: string) => given.setup.find((action) => action.do === what);
  const canary = `CANARY${randomBytes(12).toString('hex')}`;
  // a key that the environment holds is known by its name alone; any other shows what it is
  const key = keyOfKind(/"value":"\$CANARY_KEY"/.test(said) && does('env') ? 'bearer_opaque' : 'anthropic_api_key');
  const redirect = does('mcp_http')?.redirect;
  const moved = redirect === undefined ? [] : [{ path: '/mcp', status: 307, location: String(redirect) }];
  const routes = [...((does('http')?.routes ?? []) as object[]), ...moved];
  const second = await startHttp([{ path: '/', body: canary }]);
  const served = expand(routes, { CANARY: canary, PORT2: String(second.port) }) as readonly RouteSpec[];
  const first = await (does('udp') ? startUdp() : startHttp(served, does('tls') !== undefined));
  const ears = { first, second, dash: await startEar() };
  const mark = String(1 + Math.floor(Math.random() * 999_999));
  const names = {
    WS: ws,
    OUT: out,
    CANARY: canary,
    CANARY_KEY: key,
    PORT: String(ears.first.port),
    PORT2: String(ears.second.port),
    DASH: String(ears.dash.port),
    PARENT: String(process.pid),
  };
  const row = expand(renamed(given, mark), names) as Row;
  const env: Record<string, string> = { HOME: home, PATH: process.env.PATH ?? '', REYN_TRUST_PROJECT: '1' };
  const grant = grantOf(row.setup);
  const events: RunEvent[] = [];
  const closers: Lab['closers'] = [];
  let reyn: Reyn | undefined;
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(ws, file)), { recursive: true });
    fs.writeFileSync(path.join(ws, file), text);
  };
  const lab: Lab = {
    ...{ row, ws, out, canary, key, names, mark, grant, env, ears, events, closers, write },
    config: {},
    receipt: () => undefined,
    ways: waysOf(row.setup, grant, ears),
    open: async () => {
      await reyn?.close();
      lab.configure();
      reyn = await openReyn({ root: ws, env, ways: lab.ways, receipt: (id) => lab.receipt(id) });
      return reyn;
    },
    configure: () => {
      const { allow, deny } = grant;
      const text = JSON.stringify({ model: 'scripted', policy: { allow, deny }, ...lab.config });
      const file = path.join(ws, 'reyn.yaml');
      if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) write('reyn.yaml', text);
    },
    skill: (rules = [], body) => {
      write('reyn/project/lab/skill.md', body ?? skillOf(grant));
      write('reyn/project/lab/evals/scripted.yaml', JSON.stringify({ rules }));
    },
    close: async () => {
      await reyn?.close();
      for (const close of closers) await close();
      await Promise.all(Object.values(ears).map((ear) => ear.close()));
      fs.rmSync(parent, { recursive: true, force: true });
    },
  };
  lab.skill();
  for (const action of row.setup) await setUp(lab, action);
  lab.configure();
  return lab;
}

function keyOfKind(kind: string): string {
  const found = CORPUS.secrets.find((secret) => secret.kind === kind);
  if (found === undefined) throw new Error(`the corpus has no secret of the kind ${kind}`);
  return secretOf(found);
}

/** Skills of a project lie in reyn/project here. Programs that sleep are told from others that do by a mark. */
function renamed(row: Row, mark: string): Row {
  const text = JSON.stringify(row)
    .replaceAll('"skills/', '"reyn/project/')
    .replaceAll('$WS/skills/', '$WS/reyn/project/')
    .replace(/(sleep(?: |","))(6[0-9])\b/g, `$1$2.${mark}`);
  return JSON.parse(text) as Row;
}

function skillOf({ permissions }: Grant): string {
  const front = {
    type: 'skill',
    name: 'lab',
    description: 'Does what the tests have it do.',
    entry: 'lab',
    final_output: 'done',
    artifacts: { done: { text: 'string' } },
    permissions,
    graph: { lab: ['end'] },
  };
  const phase = { input: 'user_message', allowed_ops: OPS };
  return `---\n${JSON.stringify(front)}\n---\n\n## phase: lab\n\n\`\`\`yaml\n${JSON.stringify(phase)}\n\`\`\`\n\nDo the work.\n`;
}

/** Names that a row grants lead to its servers; those it maps are taken for public, all others for what they are. */
function waysOf(setup: readonly Action[], grant: Grant, ears: Lab['ears']): WaysOptions {
  const dns = setup.find((action) => action.do === 'dns') as { answers: unknown[] } | undefined;
  if (dns !== undefined) {
    const turns = [...dns.answers];
    const answers = dns.answers as string[];
    return { resolver: async () => (Array.isArray(turns[0]) ? (turns.shift() as string[]) : answers) };
  }
  if (!setup.some((action) => action.do === 'resolver_maps')) return {};
  const others = ['evil.test', 'x', ...grant.hosts.filter((host) => host !== 'ok.test')];
  const origins = Object.fromEntries([
    ...['http', 'https'].map((scheme) => [`${scheme}://ok.test`, ears.first.port] as const),
    ...others.map((host) => [`http://${host}`, ears.second.port] as const),
  ]);
  return testWays({ origins });
}
