/** Seconds a Python function may take when its permission does not say, and at most. */
export const PYTHON_SECONDS = { usual: 10, most: 60 } as const;

/** A module by the name permissions and rules know it by: its path in `steps/` without ending. `./a.py` is `a`. */
export function pythonModule(text: string): string {
  return text.replace(/^(?:\.\/)+/, '').replace(/\.py$/, '');
}

/** The same of a file of a skill's code, one beside `steps/` included. */
export function pythonModuleOf(file: string): string {
  return pythonModule(file.replace(/^\.\.\//, ''));
}
