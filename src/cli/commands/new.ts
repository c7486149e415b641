import type { Reyn } from '../../api.ts';
import { EXIT, type ExitCode } from '../../os/errors.ts';
import { getPath, isObject } from '../../os/json.ts';
import type { PendingIntervention, RunOutcome } from '../../os/runs/outcome.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { drive, tellEnd } from '../drive.ts';
import { plural } from '../output.ts';
import { examples } from './examples.ts';

/** The skill that writes skills, and the class of model it asks. */
const BUILDER = 'skill_builder';
const MODEL_CLASS = 'strong';

type NewFlags = { template?: boolean; model?: string };

export const define: Define = (command, act) => {
  command
    .description(
      'Writes a new skill into reyn/project: free of lint findings, with answers for the scripted model and a first eval case. A model drafts it where one is configured, else it is a template.',
    )
    .argument('<name>', 'small letters, digits, - and _')
    .argument('[wish]', 'what it should do, in a sentence')
    .option('--template', 'write the template, also where a model is configured')
    .option('--model <name>', 'a model of the configuration, or `scripted`, that drafts it')
    .addHelpText(
      'after',
      examples(
        ['reyn new notes "Write release notes from changes"', 'drafted, or a template'],
        ['reyn new notes --template', 'without any model'],
      ),
    )
    .action(
      act(async (cli, name: string, wish: string | undefined, flags: NewFlags) => {
        const reyn = await cli.open();
        reyn.skills.vacant(name);
        const drafts = wish !== undefined && flags.template !== true && hasModel(reyn, flags);
        return drafts ? draft(cli, reyn, { name, wish }, flags) : fromTemplate(cli, reyn, name, wish);
      }),
    );
};

/** Whether there is a model that can write: one that answers from rules cannot, unless it is asked for. */
function hasModel({ config }: Reyn, { model }: NewFlags): boolean {
  if (model !== undefined) return true;
  const provider = config.define[config.classes[MODEL_CLASS] ?? config.default]?.provider;
  return provider !== undefined && provider !== 'scripted';
}

async function fromTemplate(cli: Cli, reyn: Reyn, name: string, wish: string | undefined): Promise<ExitCode> {
  const files = await reyn.skills.create(name, wish);
  tellFiles(cli, name, files);
  return EXIT.done;
}

function tellFiles(cli: Cli, name: string, files: readonly string[]): void {
  result(cli, { name, files }, () => files.map((file) => `${file}\n`).join(''));
  tell(cli, `Edit it, check it with \`reyn lint ${name}\`, run it with \`reyn run ${name} "…"\`.`);
}

type Wish = { readonly name: string; readonly wish: string };

async function draft(cli: Cli, reyn: Reyn, asked: Wish, { model }: NewFlags): Promise<ExitCode> {
  const { name, wish } = asked;
  const how = { flags: {}, earlier: [], answered: (question: PendingIntervention) => leaveToWrite(question, name) };
  const given = model === undefined ? {} : { model };
  const outcome = await drive(cli, how, (options) =>
    reyn.run(BUILDER, { value: { ...asked } }, { ...options, ...given }),
  );
  const files = filesOf(outcome);
  if (files.length > 0) {
    tellFiles(cli, name, [...files, ...(await reyn.skills.adopt(name, outcome.run))]);
    const found = reyn.skills.lint([name]).length;
    if (found > 0) tell(cli, `${plural(found, 'finding')} in this project: \`reyn lint ${name}\``);
    return EXIT.done;
  }
  if (outcome.status === 'waiting' || outcome.status === 'interrupted' || outcome.denied.length > 0) {
    tellEnd(cli, outcome);
    return outcome.exit;
  }
  tell(cli, `The model gave no skill that is free of findings: ${whyOf(outcome)}. This is the template instead;`);
  tell(cli, `the last draft is in \`reyn runs show ${outcome.run}\`.`);
  return fromTemplate(cli, reyn, name, wish);
}

/** Who types the command allows the file it is for, and nothing else. */
function leaveToWrite({ kind, about }: PendingIntervention, name: string): string | undefined {
  const isOwn =
    kind === 'permission' &&
    getPath(about, ['need']) === 'file.write' &&
    getPath(about, ['resource']) === `reyn/project/${name}/skill.md`;
  return isOwn ? 'allow' : undefined;
}

function filesOf({ status, artifact }: RunOutcome): readonly string[] {
  const files = status === 'finished' && isObject(artifact?.artifact) ? getPath(artifact.artifact, ['files']) : [];
  return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
}

function whyOf({ reason, artifact }: RunOutcome): string {
  if (reason !== undefined) return reason.message.replace(/\.$/, '');
  const first = getPath(artifact?.artifact, ['findings', '0']);
  return typeof first === 'string' ? first.replace(/\.$/, '') : 'it gave up';
}
