import type { Action } from './cases.ts';

/** What a row's grants come to: permissions of the skill, and rules of the operator. */
export type Grant = {
  readonly permissions: object;
  readonly allow: readonly object[];
  readonly deny: readonly object[];
  readonly hosts: readonly string[];
};

type Given = {
  readonly fs_write?: string[];
  readonly fs_deny?: string[];
  readonly exec?: string[];
  readonly exec_deny?: string[];
  readonly net?: string[];
  readonly mcp?: string[];
  readonly mcp_tools?: Record<string, string[]>;
  readonly ask?: string[];
};

/**
 * Everything may be read and `out/**` written; the rest is what the row grants. What is to be asked for is declared, and
 * no rule allows it. Hosts are granted on every port unless a row names one.
 */
export function grantOf(setup: readonly Action[]): Grant {
  const given = setup.filter((action) => action.do === 'grant') as unknown as Given[];
  const all = <K extends keyof Given>(name: K) => given.flatMap((each) => (each[name] as string[] | undefined) ?? []);
  const asks = all('ask').includes('fs_write');
  const writes = ['out/**', ...all('fs_write')];
  const exec = all('exec');
  const hosts = [...new Set(all('net'))];
  const anyPort = hosts.flatMap((host) => (host === '*' ? [host, '*:*'] : [host]));
  const tools = Object.assign({}, ...given.map((each) => each.mcp_tools ?? {})) as Record<string, string[]>;
  const mcp = Object.fromEntries(all('mcp').map((server) => [server, tools[server] ?? ['*']]));
  return {
    hosts,
    permissions: {
      file: { read: ['**'], write: writes },
      exec: exec.map((program) => [program, '**']),
      net: anyPort,
      mcp,
      skill: { run: ['*'] },
    },
    allow: [
      ...(asks ? [] : writes.map((resource) => ({ need: 'file.write', resource }))),
      ...exec.map((program) => ({ need: 'exec', resource: `${program} **` })),
      ...anyPort.map((resource) => ({ need: 'net', resource })),
      ...Object.keys(mcp).map((server) => ({ need: 'mcp', resource: `${server}/*` })),
    ],
    deny: [
      ...all('fs_deny').map((resource) => ({ need: 'file.read', resource })),
      ...all('exec_deny').map((resource) => ({ need: 'exec', resource })),
    ],
  };
}
