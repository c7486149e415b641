import type { SkillSource } from '../source.ts';

/** Programs that scripts are run with, by the ending of the script. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  py: 'python3',
  sh: 'bash',
  bash: 'bash',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
  rb: 'ruby',
  pl: 'perl',
};

const SCRIPTS = 'scripts/';

/**
 * The commands that run a skill's own scripts, as patterns of `permissions.exec`: the program that goes by the ending
 * of a file in `scripts/`, and where the file names its own program, the file itself. Any arguments may follow.
 *
 * @param folder the skill's folder, as the project names it
 */
export function scriptCommands({ files }: Pick<SkillSource, 'files'>, folder: string): readonly (readonly string[])[] {
  return [...files].flatMap(([file, bytes]) => {
    if (!file.startsWith(SCRIPTS)) return [];
    const script = `${folder}/${file}`;
    const ending = /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
    const program = Object.hasOwn(INTERPRETERS, ending) ? INTERPRETERS[ending] : undefined;
    const namesItsOwn = bytes[0] === HASH && bytes[1] === BANG;
    return [...(program === undefined ? [] : [[program, script, '**']]), ...(namesItsOwn ? [[script, '**']] : [])];
  });
}

/** The first two bytes of a file that says what runs it. */
const [HASH, BANG] = [0x23, 0x21];
