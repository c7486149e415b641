import type { KeyPath } from '../../yaml-places.ts';

/** An op here, and where each argument of the original's op goes in its arguments. */
export type FineOp = {
  readonly op: string;
  readonly args: Readonly<Record<string, KeyPath>>;
};

/** What `kind: file` does, by its `op`. `needs` is the permission it acts under. */
export const FILE_OPS: Readonly<Record<string, FineOp & { readonly needs: 'read' | 'write' }>> = {
  read: { op: 'read_file', needs: 'read', args: { path: ['path'] } },
  // The original's `path` of a glob is the pattern.
  glob: { op: 'glob_files', needs: 'read', args: { path: ['pattern'] } },
  grep: {
    op: 'grep_files',
    needs: 'read',
    args: { path: ['path'], pattern: ['pattern'], glob: ['glob'], head_limit: ['max'] },
  },
  write: { op: 'write_file', needs: 'write', args: { path: ['path'], content: ['content'] } },
  edit: {
    op: 'edit_file',
    needs: 'write',
    args: {
      path: ['path'],
      old_string: ['edits', 0, 'find'],
      new_string: ['edits', 0, 'replace'],
      replace_all: ['edits', 0, 'all'],
    },
  },
  delete: { op: 'delete_file', needs: 'write', args: { path: ['path'] } },
};

/** Other kinds whose name or arguments differ. A kind that is not here is the op of that name, its arguments as given. */
export const COARSE_OPS: Readonly<Record<string, FineOp>> = {
  lint: { op: 'lint_skill', args: { skill_path: ['path'] } },
  // The line itself is made a list of words: `shell.ts`.
  shell: { op: 'sandboxed_exec', args: { cmd: ['argv'], cwd: ['cwd'] } },
};
