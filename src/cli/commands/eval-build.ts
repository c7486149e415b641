import { Option } from 'commander';
import type { Reyn } from '../../api.ts';
import { EXIT, type ExitCode, UserError } from '../../os/errors.ts';
import { getPath, isObject, type Json, parseJson } from '../../os/json.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { canAsk, confirm } from '../confirm.ts';
import { clean, paint, plural } from '../output.ts';
import { readable } from '../render/value.ts';
import { examples } from './examples.ts';
import { whole } from './numbers.ts';

/** The skill that drafts cases. */
const BUILDER = 'eval_builder';

type Flags = { from: 'skill' | 'traces'; cases?: number; yes?: boolean; model?: string; accept?: string };

/** `reyn eval build`. */
export const defineBuild: Define = (command, act) => {
  command
    .command('build')
    .summary('draft eval cases for a skill, and add those you accept')
    .description(
      'Has eval cases for a skill drafted, shows them, and adds them when you say so. The run that drafts them cannot write them: eval files are closed to every run. Exits 3 where nobody could be asked; the draft is then kept, see --accept.',
    )
    .argument('<skill>', 'name of a skill of the project')
    .addOption(
      new Option('--from <what>', 'its text, or also what its runs were asked')
        .choices(['skill', 'traces'])
        .default('skill'),
    )
    .option('--cases <n>', 'how many, up to 50', whole)
    .option('--model <name>', 'a model of the configuration, or `scripted`')
    .option('--yes', 'add them without asking')
    .option('--accept <run>', 'add the draft of an earlier run instead of making one')
    .addHelpText(
      'after',
      examples(
        ['reyn eval build essay', 'draft, look, accept'],
        ['reyn eval build essay --from traces --cases 20', 'from what people asked'],
        ['reyn eval build essay --accept 4k2m', 'a draft that was looked at'],
      ),
    )
    .action(
      act(async (cli, skill: string, flags: Flags) => {
        const { openToRun } = await import('../trust.ts');
        const reyn = await openToRun(cli);
        const { origin } = reyn.skills.load(skill);
        if (origin === 'stdlib') {
          throw new UserError('refused', `"${skill}" ships with Reyn, so its cases are not changed`, {
            where: { skill },
            hint: `Copy it into the project first: \`reyn skill copy ${skill}\`.`,
          });
        }
        const draft =
          flags.accept === undefined ? await made(cli, reyn, skill, flags) : kept(reyn, skill, flags.accept);
        return typeof draft === 'number' ? draft : offer(cli, reyn, draft, flags);
      }),
    );
};

type Draft = {
  readonly skill: string;
  readonly run: string;
  readonly lines: readonly string[];
  readonly findings: readonly string[];
};

async function made(cli: Cli, reyn: Reyn, skill: string, { from, cases, model }: Flags): Promise<Draft | ExitCode> {
  const order = { skill, from, ...(cases === undefined ? {} : { cases }) };
  const given = model === undefined ? {} : { model };
  const { drive, tellEnd } = await import('../drive.ts');
  const outcome = await drive(cli, { flags: {}, earlier: [] }, (options) =>
    reyn.run(BUILDER, { value: order }, { ...options, ...given }),
  );
  if (outcome.status === 'finished') return draftOf(outcome.run, skill, outcome.artifact?.artifact);
  tellEnd(cli, outcome);
  return outcome.exit;
}

function kept(reyn: Reyn, skill: string, reference: string): Draft {
  const run = reyn.runs.idOf(reference);
  const { skill: by, outcome } = reyn.runs.show(run);
  if (by === BUILDER && getPath(outcome?.artifact, ['skill']) === skill) return draftOf(run, skill, outcome?.artifact);
  throw new UserError('usage', `the run ${run} drafted no cases for "${skill}"`, {
    where: { run },
    hint: `Draft them with \`reyn eval build ${skill}\`.`,
  });
}

function draftOf(run: string, skill: string, artifact: Json | undefined): Draft {
  const texts = (key: string) => {
    const found = getPath(artifact, [key]);
    return Array.isArray(found) ? found.filter((line) => typeof line === 'string') : [];
  };
  return { skill, run, lines: texts('lines'), findings: texts('findings') };
}

async function offer(cli: Cli, reyn: Reyn, draft: Draft, { yes, accept }: Flags): Promise<ExitCode> {
  const { skill, run, lines, findings } = draft;
  for (const finding of findings) tell(cli, `left out: ${clean(finding)}`);
  if (lines.length === 0) {
    tell(cli, 'The draft has no case that could be used.');
    result(cli, { skill, run, cases: [], accepted: false }, () => '');
    return EXIT.no;
  }
  const cases = lines.map((line) => parseJson(line)).flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
  const show = (file: string | undefined) => {
    const document = { skill, run, cases, accepted: file !== undefined, ...(file === undefined ? {} : { file }) };
    result(cli, document, () => (file === undefined ? '' : `${file}\n`));
  };
  if (!cli.screen.json)
    cli.io[yes === true ? 'stderr' : 'stdout'].write(cases.map((each) => caseText(cli, each)).join(''));
  const wanted =
    yes === true ||
    accept !== undefined ||
    (canAsk(cli) && (await confirm(cli, `Add ${plural(lines.length, 'case')}?`)));
  if (wanted) {
    show(await reyn.evals.accept(skill, lines));
    tell(
      cli,
      `${plural(lines.length, 'case')} added. Edit them as you like; run them with \`reyn eval run ${skill}\`.`,
    );
    return EXIT.done;
  }
  show(undefined);
  tell(cli, `Nothing was added. Add them with \`reyn eval build ${skill} --accept ${run}\`.`);
  return canAsk(cli) ? EXIT.done : EXIT.undecided;
}

/** A case as a person reads it: its id, what goes in, and what is checked in words. */
function caseText(cli: Cli, value: Json): string {
  if (!isObject(value)) return '';
  const { bold, dim } = paint(cli.io.stdout.isTTY && cli.screen.color.out);
  const { id, input, checks, must_pass: mustPass } = value;
  const lines = (Array.isArray(checks) ? checks : []).map((check) => {
    const { required, text, ...rest } = isObject(check) ? check : {};
    const [scorer = '', args = ''] = Object.entries(rest)[0] ?? [];
    const how = `${scorer} ${JSON.stringify(args)}`;
    return `  ${required === true ? '[required]' : '[aspirational]'} ${clean(String(text))} ${dim(clean(how))}\n`;
  });
  const must = mustPass === true ? ' (must pass)' : '';
  const shown = readable((input ?? '') as Json)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `  > ${line}\n`);
  return `${bold(clean(String(id)))}${must}\n${shown.join('')}${lines.join('')}\n`;
}
