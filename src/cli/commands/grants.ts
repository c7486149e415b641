import { Option } from 'commander';
import type { GrantEntry } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { NEED_KINDS } from '../../schemas.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, moment, type Paint, paint, plural, table } from '../output.ts';
import { examples } from './examples.ts';
import { whole } from './numbers.ts';

type AddFlags = {
  skill: string;
  need: string;
  resource: string;
  op?: string;
  days?: number;
  until?: string;
  pin?: string;
  note?: string;
};

export const define: Define = (command, act) => {
  command
    .command('list')
    .summary('what skills may do without asking again')
    .description('What people allowed for later runs, too. A grant is for one version of a skill: another asks again.')
    .option('--all', 'also those that are revoked, expired or not signed on this machine')
    .addHelpText(
      'after',
      examples(['reyn grants list', 'what counts now'], ['reyn grants list --all --json', 'for audits']),
    )
    .action(
      act(async (cli, flags: { all?: boolean }) => {
        const all = (await cli.open()).grants.list();
        const shown = flags.all === true ? all : all.filter(({ state }) => state === 'counts');
        result(cli, shown, () =>
          shown.length === 0 ? '' : table(rows(shown, paint(cli.screen.color.out)), cli.io.stdout.columns),
        );
        const more = all.length - shown.length;
        if (shown.length === 0) tell(cli, `No grant counts${more === 0 ? '' : `; \`--all\` shows ${more} more`}.`);
        return EXIT.done;
      }),
    );
  command
    .command('add')
    .summary('allow something to a skill as it is now')
    .description(
      'Allows the present version of a skill something, for later runs, too. What no skill file declares stays denied.',
    )
    .requiredOption('--skill <name>', 'the skill')
    .addOption(new Option('--need <kind>', 'kind of need').choices([...NEED_KINDS]).makeOptionMandatory())
    .requiredOption(
      '--resource <text>',
      'a path, host, command, server/tool or name; with /** (a command: " **") all below it',
    )
    .option('--op <kind>', 'only for this kind of op')
    .option('--days <n>', 'how long it counts (default: 90, or `grants.days` of the configuration)', whole)
    .option('--until <date>', 'last day it counts, e.g. 2027-01-31')
    .option('--pin <hash>', 'of the tools of an MCP server, as `reyn mcp list` shows it')
    .option('--note <text>', 'why; kept with it')
    .addHelpText(
      'after',
      examples(
        [
          "reyn grants add --skill file_notes --need file.write --resource 'examples/report/**' --days 7",
          'a folder, for a week',
        ],
        ['reyn grants add --skill fetch_page --need net --resource example.com --note "docs only"', 'a host'],
      ),
    )
    .action(
      act(async (cli, { note, need, ...flags }: AddFlags) => {
        const asked = { ...flags, need: need as never, ...(note === undefined ? {} : { words: note }) };
        const grant = await (await cli.open()).grants.add(asked);
        result(cli, grant, () => `${grant.id}\n`);
        tell(
          cli,
          `${clean(grant.skill)} may use ${grant.need} of ${clean(grant.resource)} until ${moment(grant.expires)}.`,
        );
        return EXIT.done;
      }),
    );
  command
    .command('revoke')
    .summary('take a grant back')
    .description('Takes a grant back, for every run that decides anything after.')
    .argument('<id>', 'id of the grant, or a unique beginning of one')
    .option('--note <text>', 'why; kept with it')
    .addHelpText('after', examples(['reyn grants revoke 7q2', 'the grant that begins so']))
    .action(
      act(async (cli, id: string, flags: { note?: string }) => {
        const grant = await (await cli.open()).grants.revoke(id, flags.note);
        result(cli, grant, () => '');
        tell(cli, `${clean(grant.skill)} has to ask again for ${grant.need} of ${clean(grant.resource)}.`);
        return EXIT.done;
      }),
    );
  command
    .command('prune')
    .summary('take back what can count no more')
    .description(
      'Takes back grants that have expired, or whose skill has changed or gone, or that were signed elsewhere.',
    )
    .addHelpText('after', examples(['reyn grants prune', 'says what it took back']))
    .action(
      act(async (cli) => {
        const dead = await (await cli.open()).grants.prune();
        result(cli, dead, () => dead.map(({ id, why }) => `${id}  ${clean(why)}\n`).join(''));
        tell(cli, `${plural(dead.length, 'grant')} taken back.`);
        return EXIT.done;
      }),
    );
};

function rows(entries: readonly GrantEntry[], { bold, dim, green, red, yellow }: Paint): string[][] {
  const head = ['ID', 'SKILL', 'NEED', 'RESOURCE', 'UNTIL', 'BY', 'STATE'].map(dim);
  const state = { counts: green, expired: yellow, revoked: red, foreign: red };
  const lines = entries.map(({ grant, state: now }) => [
    bold(grant.id),
    clean(`${grant.skill} ${grant.fingerprint.slice(0, 8)}`),
    clean(grant.op === undefined ? grant.need : `${grant.need} (${grant.op})`),
    clean(grant.scope === 'subtree' ? `${grant.resource} and below` : grant.resource),
    moment(grant.expires),
    clean(grant.words === undefined ? grant.who : `${grant.who}: ${grant.words}`),
    state[now](now),
  ]);
  return [head, ...lines];
}
