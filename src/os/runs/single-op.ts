import { Bug, UserError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Op } from '../ops/op.ts';
import { checkArgs } from '../ops/validate.ts';
import type { Need } from '../permissions/need.ts';
import { showErrors } from '../schema.ts';
import type { Opened } from '../skills/catalog.ts';
import { compileSkill } from '../skills/compile.ts';
import { NO_PERMISSIONS, type Permissions } from '../skills/skill.ts';

/**
 * A skill made for one op: it has one phase without a model, whose one step is the op. So an op that somebody wants to
 * try goes through the very gate and log that every op goes through.
 */
export const SINGLE_OP = 'single_op';

/** @throws UserError `usage` for an op that no step can be, or arguments that do not fit. */
export function singleOp(op: Op, args: JsonObject, permissions: Permissions | undefined): Opened {
  if (op.effect === 'waits') {
    throw new UserError('usage', `${op.kind} waits for a person, and a single op does not`, {
      hint: 'Try it in a skill: `reyn run`.',
    });
  }
  const errors = checkArgs(op, args);
  if (errors.length > 0) {
    throw new UserError('usage', `the arguments of ${op.kind} do not fit: ${showErrors(errors)}`, {
      hint: `Its schema: ${JSON.stringify(op.input)}`,
    });
  }
  const front = {
    type: 'skill',
    name: SINGLE_OP,
    description: 'Sends one op through the gate.',
    entry: 'send',
    final_output: 'sent',
    permissions: permissions ?? permitting(op.needs(args)),
    artifacts: {
      sent: {
        type: 'object',
        properties: { args: { type: 'object' }, result: {} },
        required: ['args'],
        additionalProperties: false,
      },
    },
    graph: { send: ['end'] },
  };
  const filled = Object.fromEntries(Object.keys(args).map((name) => [name, `$\{args.${name}}`]));
  const phase = {
    input: 'sent',
    model_class: 'none',
    preprocessor: [{ type: 'op', op: op.kind, args: filled, into: 'result' }],
  };
  const text = `---\n${JSON.stringify(front)}\n---\n\n## phase: send\n\n\`\`\`yaml\n${JSON.stringify(phase)}\n\`\`\`\n\nNo model is asked.\n`;
  const source = {
    name: SINGLE_OP,
    origin: 'path' as const,
    dir: SINGLE_OP,
    files: new Map([['skill.md', Buffer.from(text)]]),
  };
  const { skill, findings } = compileSkill(source);
  if (skill === undefined) throw new Bug(`the skill of a single op does not load: ${findings[0]?.message}`);
  return { skill, source };
}

/** Permissions that declare just these needs: whoever sends an op without a skill is held to rules and zones alone. */
function permitting(needs: readonly Need[]): Permissions {
  const of = <K extends Need['kind']>(kind: K) =>
    needs.filter((need): need is Extract<Need, { kind: K }> => need.kind === kind);
  const globs = (kind: 'file.read' | 'file.write') => of(kind).flatMap(({ path }) => globsFor(path));
  return {
    ...NO_PERMISSIONS,
    file: { read: globs('file.read'), write: globs('file.write') },
    exec: of('exec').map(({ argv }) => [argv[0] ?? '', '**']),
    net: of('net').flatMap(({ host }) => [host, '*']),
    mcp: Object.fromEntries(of('mcp').map(({ server, tool }) => [server, [tool]])),
    skill: {
      ...NO_PERMISSIONS.skill,
      run: of('skill.run').map(({ skill }) => skill),
      write: of('skill.write').map(({ skill }) => skill),
    },
    recall: of('recall').map(({ source }) => source),
    index: of('index').map(({ source }) => source),
    eval: of('eval').length > 0,
    secrets: of('secret').map(({ name }) => name),
  };
}

/** A path, and all below it should it be a folder; whatever a glob would make of its characters is declared with `?`. */
function globsFor(path: string): readonly string[] {
  const glob = path.replace(/[*?[\]{}\\]/g, '?');
  return path === '.' ? ['**'] : [glob, `${glob.replace(/\/$/, '')}/**`];
}
