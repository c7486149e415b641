import type { Argument, Command, Option } from 'commander';

/** One way to go on with a command line. */
export type Candidate = { readonly value: string; readonly about: string };

/** What a word may be: one of some, a name of the project, or a path that the shell knows best. */
export type Wanted =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'names'; readonly of: NameKind; readonly prefix: string }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' };

export type NameKind = 'skill' | 'run' | 'question' | 'model' | 'key' | 'type';

/** The commands as far as they are known; those of a group are filled in when it is entered. */
export type Commands = { readonly program: Command; enter(command: Command): Promise<void> };

const NOTHING: Wanted = { kind: 'words', words: [] };

/** Names that an option takes, by its long form. */
const OF_OPTION: Readonly<Record<string, NameKind | 'folders'>> = {
  '--model': 'model',
  '--skill': 'skill',
  '--run': 'run',
  '--type': 'type',
  '--path': 'folders',
  '--against': 'folders',
  '--out': 'folders',
};

/** Names that an argument takes, by its own name; `<name>` and `<names>` are those of skills, except of new ones. */
const OF_ARGUMENT: Readonly<Record<string, NameKind | 'files'>> = {
  skill: 'skill',
  name: 'skill',
  names: 'skill',
  run: 'run',
  id: 'question',
  key: 'key',
  input: 'files',
};

/**
 * What the last of `words` may become, whatever stands there of it. Words are those behind the program's name. A shell
 * may hand over `--option=value` as three words.
 */
export async function wantedAt(words: readonly string[], commands: Commands): Promise<Wanted> {
  const joined = words.filter((word, index) => word !== '=' || !(words[index - 1] ?? '').startsWith('--'));
  const last = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const before = words.at(-1) === '=' ? joined : joined.slice(0, -1);
  const helped = before[0] === 'help';
  const at = await walk(helped ? before.slice(1) : before, commands);
  if (at === undefined) return NOTHING;
  const { command, taken, pending } = at;
  if (pending !== undefined && !(pending.optional && last.startsWith('-'))) return ofOption(pending, '');
  if (last.startsWith('-') && !at.closed) return ofOptions(last, command, commands.program);
  if (command.commands.length > 0) return { kind: 'words', words: subcommands(command) };
  if (helped) return NOTHING;
  if (before.at(-1) === '@') return { kind: 'files' }; // a shell that takes `@file` for two words
  return ofArgument(argumentAt(command.registeredArguments, taken), command);
}

type Place = {
  readonly command: Command;
  /** Arguments given so far. */
  readonly taken: number;
  /** Option whose value comes next. */
  readonly pending: Option | undefined;
  /** Behind `--`, where nothing is an option. */
  readonly closed: boolean;
};

async function walk(words: readonly string[], commands: Commands): Promise<Place | undefined> {
  let at: Place = { command: commands.program, taken: 0, pending: undefined, closed: false };
  for (const word of words) {
    if (at.pending !== undefined && !(at.pending.optional && word.startsWith('-'))) at = { ...at, pending: undefined };
    else if (word === '--') at = { ...at, closed: true };
    else if (word.startsWith('-') && !at.closed) at = { ...at, pending: valued(word, at.command, commands.program) };
    else if (at.command.commands.length > 0) {
      const command = at.command.commands.find((each) => each.name() === word);
      if (command === undefined) return undefined;
      if (at.command === commands.program) await commands.enter(command);
      at = { ...at, command };
    } else at = { ...at, taken: at.taken + 1, pending: undefined };
  }
  return at;
}

/** The option a word is, if its value is the next word. */
function valued(word: string, command: Command, program: Command): Option | undefined {
  if (word.includes('=')) return undefined;
  const option = [...command.options, ...program.options].find((each) => isNamed(each, word));
  return option?.required === true || option?.optional === true ? option : undefined;
}

function isNamed({ long, short }: Option, word: string): boolean {
  return word === long || word === short;
}

function ofOptions(word: string, command: Command, program: Command): Wanted {
  const options = [...command.options, ...(command === program ? [] : program.options)].filter(({ hidden }) => !hidden);
  const equals = word.indexOf('=');
  if (equals > 0) {
    const option = options.find((each) => isNamed(each, word.slice(0, equals)));
    return option === undefined ? NOTHING : ofOption(option, word.slice(0, equals + 1));
  }
  const long = options.flatMap(({ long: value, description }) =>
    value == null ? [] : [{ value, about: description }],
  );
  return { kind: 'words', words: [...long, { value: '--help', about: 'display help for command' }] };
}

function ofOption({ long, argChoices }: Option, prefix: string): Wanted {
  if (argChoices !== undefined) {
    return { kind: 'words', words: argChoices.map((value) => ({ value: prefix + value, about: '' })) };
  }
  const of = OF_OPTION[long ?? ''];
  if (of === undefined) return NOTHING;
  return of === 'folders' ? { kind: 'folders' } : { kind: 'names', of, prefix };
}

function ofArgument(argument: Argument | undefined, command: Command): Wanted {
  if (argument?.argChoices !== undefined) {
    return { kind: 'words', words: argument.argChoices.map((value) => ({ value, about: '' })) };
  }
  const of = argument === undefined || command.name() === 'new' ? undefined : OF_ARGUMENT[argument.name()];
  if (of === undefined) return NOTHING;
  return of === 'files' ? { kind: 'files' } : { kind: 'names', of, prefix: '' };
}

function argumentAt(all: readonly Argument[], taken: number): Argument | undefined {
  const last = all.at(-1);
  return all[taken] ?? (last?.variadic === true ? last : undefined);
}

function subcommands(command: Command): Candidate[] {
  return command.commands.map((each) => ({ value: each.name(), about: each.summary() || each.description() }));
}
