import type { Json } from '../../json.ts';

/** Tools that other agents know by these names, and the op that does the same. */
const OPS: Readonly<Record<string, string>> = {
  Read: 'read_file',
  Glob: 'glob_files',
  Grep: 'grep_files',
  AskUserQuestion: 'ask_user',
};

/** The names in `allowed-tools`: a list, or a text of them; what is in brackets behind one belongs to it. */
export function toolsIn(value: Json | undefined): readonly string[] {
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? (text.match(/[^\s(),]+(?:\([^)]*\))?/g) ?? []) : []));
}

/**
 * Those that no op stands for.
 *
 * @param runs whether the skill may run programs: its own scripts
 */
export function unmapped(tools: readonly string[], runs: boolean): readonly string[] {
  return tools.filter((tool) => {
    const name = tool.replace(/\(.*$/s, '');
    return !Object.hasOwn(OPS, name) && !(runs && name === SHELL);
  });
}

/** The tool that runs a shell. Of what it could do, running the skill's own scripts is left. */
const SHELL = 'Bash';
