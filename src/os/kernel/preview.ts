import { isObject, type JsonObject } from '../json.ts';
import { OpError } from '../op-error.ts';
import type { Handles, Op, WriteImages } from '../ops/op.ts';
import type { Drive } from './ports.ts';

/** Characters of a diff a question carries; nobody reads more of it at a prompt. */
const MAX_DIFF = 60_000;
/** Lines around a change. */
const CONTEXT = 3;

/**
 * What a write would change, as a person who is asked sees it: a unified diff, and the images it was made of, so that
 * leave is bound to exactly that. Empty for other ops. A write that cannot be planned is asked about without.
 */
export async function previewOf(op: Op, args: JsonObject, handles: () => Handles): Promise<JsonObject> {
  if (op.effect !== 'writes') return {};
  try {
    const open = handles();
    const { path, pre, post, after, shown } = await op.plan(args, open);
    if (shown !== undefined) return { pre, post, ...shown };
    if (path.startsWith('index:')) return {};
    const before = pre === null ? '' : (await open.workspace.readText(path)).text;
    const { createTwoFilesPatch } = await import('diff'); // most runs ask nothing
    const names = [pre === null ? '/dev/null' : path, post === null ? '/dev/null' : path] as const;
    const patch = createTwoFilesPatch(...names, before, after ?? '', undefined, undefined, { context: CONTEXT });
    const diff = patch.length > MAX_DIFF ? `${patch.slice(0, MAX_DIFF)}\n… cut off here` : patch;
    return { pre, post, diff };
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    return { unseen: error.message };
  }
}

/** Whether a write is the one that was shown to whoever allowed it. */
export function isAsShown(drive: Drive, step: string, { pre, post }: WriteImages): boolean {
  const shown = Object.values(drive.state().interventions).find(
    (asked) => asked.kind === 'permission' && asked.step === step && isObject(asked.about) && 'diff' in asked.about,
  );
  if (shown === undefined || !isObject(shown.about)) return true;
  return shown.about.pre === pre && shown.about.post === post;
}
