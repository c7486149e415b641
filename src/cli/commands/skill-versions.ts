import type { VersionList } from '../../learning/versions/desk.ts';
import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, moment, type Paint, paint, plural, table } from '../output.ts';
import { unified } from '../render/diff.ts';
import { examples } from './examples.ts';

/** Versions of a skill: what is kept, what differs, putting one back, recording a change. */
export const defineVersions: Define = (command, act) => {
  command
    .command('versions')
    .summary('every version kept of a skill, and which is in place')
    .description(
      'Every version kept of a skill: when and why it was made, its score and verdict, and which is in place.',
    )
    .argument('<name>', 'name of the skill')
    .addHelpText(
      'after',
      examples(['reyn skill versions essay', 'the history'], ['reyn skill versions essay --json', 'for programs']),
    )
    .action(
      act(async (cli, name: string) => {
        const list = await (await cli.open()).versions.list(name);
        const style = paint(cli.screen.color.out);
        result(cli, list, () => (list.versions.length === 0 ? '' : table(rows(list, style), cli.io.stdout.columns)));
        tell(cli, stateText(list));
        return EXIT.done;
      }),
    );
  command
    .command('diff')
    .summary('what differs between two versions of a skill')
    .description('What differs between two versions of a skill, or between one and the folder as it is now.')
    .argument('<name>', 'name of the skill')
    .argument('<from>', 'a version: v2, the beginning of its hash, or now')
    .argument('[to]', 'another one; the folder as it is now if absent')
    .addHelpText(
      'after',
      examples(['reyn skill diff essay v2 v3', 'two versions'], ['reyn skill diff essay v3', 'what was changed since']),
    )
    .action(
      act(async (cli, name: string, from: string, to: string | undefined) => {
        const found = await (await cli.open()).versions.diff(name, from, to);
        result(cli, found, () => (found.diff === '' ? '' : `${unified(found.diff, paint(cli.screen.color.out))}\n`));
        if (found.diff === '') tell(cli, `${found.from} and ${found.to} are the same.`);
        return EXIT.done;
      }),
    );
  command
    .command('rollback')
    .summary('put an earlier version of a skill back')
    .description(
      'Puts a version of a skill back, whole or not at all. What was changed by hand since is kept as a version before, so that nothing is lost; eval files stay as they are. Grants that the version had at an earlier time do not count again.',
    )
    .argument('<name>', 'name of the skill')
    .option('--to <version>', 'which: v2, or the beginning of its hash; the one before if absent')
    .addHelpText(
      'after',
      examples(
        ['reyn skill rollback essay', 'to the version before'],
        ['reyn skill rollback essay --to v3', 'forward again'],
      ),
    )
    .action(
      act(async (cli, name: string, flags: { to?: string }) => {
        const done = await (await cli.open()).versions.rollback(name, flags.to);
        result(cli, done, () => `v${done.to}\n`);
        if (done.saved !== undefined) tell(cli, `What was changed by hand is kept as v${done.saved}.`);
        for (const more of done.loosens) tell(cli, `Unlike v${done.from}: ${clean(more)}.`);
        tell(
          cli,
          `${clean(name)} is v${done.to} now. \`reyn skill rollback ${clean(name)} --to v${done.from}\` goes forward again.`,
        );
        return EXIT.done;
      }),
    );
  command
    .command('adopt')
    .summary('record a change of a skill as a version')
    .description(
      'Records the folder of a skill as it is now as a version: a change by hand, or a candidate that was merged, with the receipt of its verdict. A candidate that did not pass is taken only with --unverified, and shown as such for ever.',
    )
    .argument('<name>', 'name of the skill')
    .option('--receipt <id>', 'the receipt; the last one about what is there if absent')
    .option('--unverified', 'overrule a verdict that is no PASS')
    .addHelpText('after', examples(['reyn skill adopt essay', 'after a merge, or a change by hand']))
    .action(
      act(async (cli, name: string, flags: { receipt?: string; unverified?: boolean }) => {
        const adopted = await (await cli.open()).versions.adopt(name, flags);
        result(cli, adopted, () => `v${adopted.version}\n`);
        const how =
          adopted.verdict === undefined ? 'by hand, without a verdict' : `with the verdict ${adopted.verdict}`;
        tell(
          cli,
          adopted.isNew
            ? `Recorded as v${adopted.version}, ${how}.`
            : `It was recorded as v${adopted.version} already.`,
        );
        return EXIT.done;
      }),
    );
};

function rows({ versions, current, state }: VersionList, { bold, dim, yellow }: Paint): string[][] {
  const here =
    state === 'kept'
      ? '← current'
      : state === 'changed'
        ? '← current, changed since'
        : '← current, with other shared phases';
  const head = ['version', 'date', 'score', 'verdict', 'hash', 'reason'].map(dim);
  const lines = versions.map(({ version, date, score, verdict, skill_version_hash, reason }) => {
    const name = version === current ? bold(`v${version}`) : `v${version}`;
    const mark = version === current ? ` ${here}` : '';
    const judged = verdict === undefined ? '' : verdict === 'PASS' ? verdict : yellow(clean(verdict));
    const points = score === undefined ? '' : score.toFixed(2);
    return [name, moment(clean(date)), points, judged, skill_version_hash.slice(0, 8), `${clean(reason)}${mark}`];
  });
  return [head, ...lines];
}

function stateText({ skill, origin, current, state, versions }: VersionList): string {
  const name = clean(skill);
  if (origin === 'stdlib')
    return `${name} ships with Reyn and has no versions here; \`reyn skill copy ${name}\` makes a copy.`;
  switch (state) {
    case 'none':
      return `No version of ${name} is kept yet. \`reyn skill adopt ${name}\` keeps it as it is now.`;
    case 'changed':
      return `${name} was changed since v${current}. \`reyn skill diff ${name} v${current}\` shows how.`;
    case 'shared_changed':
      return `Shared phases or artifacts of ${name} were changed since v${current}; its own files are those of v${current}.`;
    case 'kept':
      return `${plural(versions.length, 'version')}; v${current} is in place.`;
  }
}
