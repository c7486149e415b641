import { showArgv } from './argv.ts';

/**
 * What an op needs before it may act. The op declares it from its arguments; dispatch has it decided.
 * `tree: true` means the op walks below `path`: the decision is made for each file it meets, and the handle refuses
 * those that are not allowed.
 */
export type Need =
  | { readonly kind: 'file.read'; readonly path: string; readonly tree?: boolean }
  | { readonly kind: 'file.write'; readonly path: string }
  | { readonly kind: 'skill.run'; readonly skill: string }
  /** `cwd`: where it starts, a path as ops have it. */
  | { readonly kind: 'exec'; readonly argv: readonly string[]; readonly cwd?: string }
  /** `engine`: the operator's own search engine, wherever it is; `host` is then what skills declare for it. */
  | { readonly kind: 'net'; readonly host: string; readonly engine?: true }
  /** `pin`: that of the tools the server lists now, once that is known. */
  | { readonly kind: 'mcp'; readonly server: string; readonly tool: string; readonly pin?: string }
  | { readonly kind: 'python'; readonly module: string; readonly function: string }
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'recall'; readonly source: string }
  | { readonly kind: 'index'; readonly source: string }
  | { readonly kind: 'eval' }
  | { readonly kind: 'skill.write'; readonly skill: string };

export type NeedKind = Need['kind'];

/** The resource of a need as one string: the path, the host, the skill, `server/tool`, the command as a shell has it. */
export function resourceOf(need: Need): string {
  switch (need.kind) {
    case 'file.read':
    case 'file.write':
      return need.path;
    case 'skill.run':
    case 'skill.write':
      return need.skill;
    case 'exec':
      return showArgv(need.argv);
    case 'net':
      return need.host;
    case 'mcp':
      return `${need.server}/${need.tool}`;
    case 'python':
      return `${need.module}:${need.function}`;
    case 'secret':
      return need.name;
    case 'recall':
    case 'index':
      return need.source;
    case 'eval':
      return 'eval';
  }
}
