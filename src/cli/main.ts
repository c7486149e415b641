import { Command, CommanderError } from 'commander';
import type { Reyn } from '../api.ts';
import { EXIT, type ExitCode } from '../os/errors.ts';
import { version } from '../os/package.ts';
import { nearest } from '../os/suggest.ts';
import type { Act, Cli, Define } from './cli.ts';
import { report } from './errors.ts';
import { type Io, processIo } from './io.ts';
import { type Flags, paint, screenOf } from './output.ts';
import { projectRoot, startFolder } from './project.ts';

type Entry = { name: string; group: string; summary: string; load: () => Promise<{ define: Define }> };

const RUN = 'Run:';
const LOOK = 'Look:';
const SKILLS = 'Skills:';
const GOVERN = 'Govern:';
const SETTINGS = 'Project:';

/** Every command. A module is loaded only when its command is the one that runs. */
export const COMMANDS: readonly Entry[] = [
  { name: 'run', group: RUN, summary: 'run a skill', load: () => import('./commands/run.ts') },
  { name: 'resume', group: RUN, summary: 'go on with a run that stopped', load: () => import('./commands/resume.ts') },
  { name: 'inbox', group: RUN, summary: 'list what waits for a person', load: () => import('./commands/inbox.ts') },
  { name: 'answer', group: RUN, summary: 'answer an open question', load: () => import('./commands/answer.ts') },
  { name: 'serve', group: RUN, summary: 'inbox and API for a browser', load: () => import('./commands/serve.ts') },
  { name: 'op', group: GOVERN, summary: 'send one op through the gate', load: () => import('./commands/op.ts') },
  {
    name: 'policy',
    group: GOVERN,
    summary: 'explain and test decisions',
    load: () => import('./commands/policy.ts'),
  },
  { name: 'grants', group: GOVERN, summary: 'what skills may do unasked', load: () => import('./commands/grants.ts') },
  { name: 'mcp', group: GOVERN, summary: 'tool servers and their pins', load: () => import('./commands/mcp.ts') },
  { name: 'new', group: SKILLS, summary: 'write a new skill', load: () => import('./commands/new.ts') },
  {
    name: 'eval',
    group: SKILLS,
    summary: 'evaluate skills, report, compare',
    load: () => import('./commands/eval.ts'),
  },
  { name: 'lint', group: SKILLS, summary: 'check skills', load: () => import('./commands/lint.ts') },
  {
    name: 'skill',
    group: SKILLS,
    summary: 'list, show, copy, split, join skills',
    load: () => import('./commands/skill.ts'),
  },
  {
    name: 'improve',
    group: SKILLS,
    summary: 'make skills better, proved',
    load: () => import('./commands/improve.ts'),
  },
  {
    name: 'schedule',
    group: SKILLS,
    summary: 'improve skills every night',
    load: () => import('./commands/schedule.ts'),
  },
  {
    name: 'receipt',
    group: SKILLS,
    summary: 'verify and show verdicts',
    load: () => import('./commands/receipt.ts'),
  },
  { name: 'runs', group: LOOK, summary: 'list, show, cancel, fork runs', load: () => import('./commands/runs.ts') },
  { name: 'replay', group: LOOK, summary: 'replay a run without a model', load: () => import('./commands/replay.ts') },
  { name: 'events', group: LOOK, summary: 'search and follow the log', load: () => import('./commands/events.ts') },
  { name: 'index', group: LOOK, summary: 'search sources and events', load: () => import('./commands/index.ts') },
  {
    name: 'audit',
    group: LOOK,
    summary: 'verify, seal, show, export the log',
    load: () => import('./commands/audit.ts'),
  },
  { name: 'budget', group: LOOK, summary: 'what runs used', load: () => import('./commands/budget.ts') },
  {
    name: 'proposals',
    group: LOOK,
    summary: 'what runs proposed to people',
    load: () => import('./commands/proposals.ts'),
  },
  { name: 'status', group: LOOK, summary: 'the project at a glance', load: () => import('./commands/status.ts') },
  { name: 'gc', group: SETTINGS, summary: 'remove old runs', load: () => import('./commands/gc.ts') },
  { name: 'init', group: SETTINGS, summary: 'make a folder a project', load: () => import('./commands/init.ts') },
  { name: 'config', group: SETTINGS, summary: 'show and change settings', load: () => import('./commands/config.ts') },
  {
    name: 'secrets',
    group: SETTINGS,
    summary: 'store secrets, and check them',
    load: () => import('./commands/secrets.ts'),
  },
  { name: 'redact', group: LOOK, summary: 'take secrets out of text', load: () => import('./commands/redact.ts') },
  { name: 'models', group: SETTINGS, summary: 'list, test, probe models', load: () => import('./commands/models.ts') },
  { name: 'schema', group: SETTINGS, summary: 'JSON Schemas for editors', load: () => import('./commands/schema.ts') },
  {
    name: 'completion',
    group: SETTINGS,
    summary: 'let the shell complete commands',
    load: () => import('./commands/completion.ts'),
  },
  { name: 'doctor', group: SETTINGS, summary: 'check this machine', load: () => import('./commands/doctor.ts') },
];

export type Open = (root: string, env: Io['env']) => Promise<Reyn>;

const openProject: Open = async (root, env) => {
  const { openReyn } = await import('../reyn.ts');
  return openReyn({ root, env });
};

/** What the scripts of `reyn completion` call instead of a command. */
const ASK = '__complete';

/** Runs one command line. Never throws: errors are told on stderr and are in the exit code. */
export async function runCli(argv: readonly string[], io: Io, open: Open = openProject): Promise<ExitCode> {
  const opened: Reyn[] = [];
  const program = new Command('reyn');
  const failed = async (error: unknown) => {
    const { redactorDespite } = await import('../secrets.ts');
    const { path } = program.opts<Flags>();
    return report(
      error,
      io,
      screenOf(program.opts<Flags>(), io),
      redactorDespite({ root: rootOf(io, path), env: io.env }),
    );
  };
  const attempt = async (): Promise<ExitCode> => {
    let exit: ExitCode = EXIT.done;
    const act: Act =
      (run) =>
      async (...args) => {
        exit = await run(surroundings(program, io, open, opened), ...(args as never));
      };
    try {
      const enter = describe(program, io, act);
      if (argv[0] === ASK) {
        const { answerShell } = await import('./complete/complete.ts');
        const openIn = (folder: string | undefined) => surroundings(program, io, open, opened, folder).open();
        io.stdout.write(await answerShell(argv.slice(1), { program, enter }, openIn));
        return EXIT.done;
      }
      await program.parseAsync(asHelpOption(argv), { from: 'user' });
      return exit;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return await failed(error);
    }
  };
  const exit = await attempt();
  try {
    for (const reyn of opened) await reyn.close();
    return exit;
  } catch (error) {
    return failed(error);
  }
}

/** Where the project is as far as that can be told: the folder that was named may be what is wrong. */
function rootOf(io: Io, path: string | undefined): string {
  try {
    return projectRoot(startFolder(io.cwd, path));
  } catch {
    return io.cwd;
  }
}

/** `reyn help run` means `reyn run --help`. */
function asHelpOption(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  return first === 'help' ? [...rest, '--help'] : [...argv];
}

function surroundings(program: Command, io: Io, open: Open, opened: Reyn[], folder?: string): Cli {
  const flags = program.opts<Flags>();
  const start = startFolder(io.cwd, folder ?? flags.path);
  const root = projectRoot(start);
  return {
    io,
    screen: screenOf(flags, io),
    start,
    root,
    open: async () => {
      const reyn = await open(root, io.env);
      opened.push(reyn);
      return reyn;
    },
  };
}

/** Describes the program. @returns what fills a command in when it is the one that runs. */
function describe(program: Command, io: Io, act: Act): (command: Command) => Promise<void> {
  program
    .description('Runs agent skills: Markdown folders whose every step is checked, recorded and can be resumed.')
    .option('-C, --path <folder>', 'the project, or a folder in it')
    .option('--json', 'write the result as one JSON document')
    .option('--no-color', 'no colour (also: NO_COLOR)')
    .option('--quiet', 'say nothing but errors on stderr')
    .option('--debug', 'show what went wrong inside')
    .option('-V, --version', 'print the version')
    .on('option:version', () => {
      io.stdout.write(`${version()}\n`);
      throw new CommanderError(0, 'commander.version', version());
    })
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => screenOf(program.opts<Flags>(), io).color.out,
      getErrHasColors: () => screenOf(program.opts<Flags>(), io).color.err,
      outputError: (text, write) => write(usageError(text, screenOf(program.opts<Flags>(), io).color.err)),
    })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes:\n  0 done · 1 no · 2 usage · 3 waiting · 4 denied · 5 limit · 6 integrity\n  7 machine · 70 internal error · 130 stopped\n',
    );
  const byName = new Map(COMMANDS.map((entry) => [entry.name, entry]));
  for (const { name, group, summary } of COMMANDS)
    program
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .helpGroup(group);
  const enter = async (command: Command) => {
    const module = await byName.get(command.name())?.load();
    module?.define(command.helpCommand(false), act);
  };
  program.hook('preSubcommand', (_, command) => enter(command));
  return enter;
}

/** The choice that an argument outside the choices was meant to be, as far as one is near. */
function choiceMeant(what: string): string | undefined {
  const [, wrong, choices] =
    /(?:argument|value) '([^']*)' is invalid(?: for argument '\w+')?\. Allowed choices are (.*)\.$/s.exec(what) ?? [];
  if (wrong === undefined || choices === undefined) return undefined;
  const near = nearest(wrong, choices.split(', '));
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

/** commander's sentence in the form every error has. */
function usageError(text: string, color: boolean): string {
  const { red, bold, dim } = paint(color);
  const [, what = text, meant] = /^error: (.*?)\s*(?:\((Did you mean .*)\))?\s*$/s.exec(text) ?? [];
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  const next = meant ?? choiceMeant(what) ?? 'See what there is with --help.';
  return `${red(bold('error:'))} ${sentence}${/[.?!]$/.test(sentence) ? '' : '.'}\n  ${dim('next ')}  ${next}\n`;
}

/** The program `reyn`. */
export async function main(): Promise<void> {
  process.exit(await runCli(process.argv.slice(2), processIo())); // open connections of a provider would hold it
}
