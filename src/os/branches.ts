/**
 * Branches of a step that runs several at once. Their step ids lie below the step's own, `<visit>/s<n>` or `post/s<n>`:
 * items as `/i<k>`, named branches as `/b-<name>`, and what happens within one deeper still.
 */

const BRANCH = /^((?:\d+|post)\/s\d+)\/(i\d+|b-[^/]+)(\/.+)?$/;

/** The step and the branch that an id lies in; `whole`: the id is the branch's own. `undefined` outside of branches. */
export function branchOf(
  id: string,
): { readonly step: string; readonly branch: string; readonly whole: boolean } | undefined {
  const [, step, branch, rest] = BRANCH.exec(id) ?? [];
  return step === undefined || branch === undefined ? undefined : { step, branch, whole: rest === undefined };
}
