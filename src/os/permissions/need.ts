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
  /** `save`: keep its folder as a version; `apply`: put another text in its place. The rest is known when it is decided. */
  | {
      readonly kind: 'skill.write';
      readonly skill: string;
      readonly act: 'save' | 'apply';
      readonly change?: { readonly from: string; readonly to: string; readonly receipt: string };
      readonly standing?: Standing;
    };

/**
 * How a change of a skill stands: where its folder is (a path as ops have it; absent = there is no such skill), whether
 * a receipt of PASS is about exactly this change, and whether it asks for more permissions.
 */
export type Standing = { readonly dir?: string; readonly proof: 'pass' | 'none'; readonly widens: boolean };

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
