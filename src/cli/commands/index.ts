import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { grouped, paint, plural, showBytes, moment as shown, table } from '../output.ts';
import { showHits } from '../render/hits.ts';
import { examples } from './examples.ts';
import { moment, whole } from './numbers.ts';

type Search = {
  source?: readonly string[];
  k: number;
  prefix?: string;
  tag?: readonly string[];
  skill?: string;
  type?: string;
  since?: string;
  until?: string;
};

/** An option that may be given again. */
function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export const define: Define = (command, act) => {
  command
    .command('list')
    .description('Lists the sources that hold something, with counts and sizes. The events of the log are one.')
    .addHelpText('after', examples(['reyn index list', 'what can be searched']))
    .action(
      act(async (cli) => {
        const sources = (await cli.open()).index.list();
        const { bold, dim } = paint(cli.screen.color.out);
        const rows = sources.map(({ source, count, bytes, updated }) => [
          bold(source),
          grouped(count),
          showBytes(bytes),
          updated === undefined ? '' : dim(shown(updated)),
        ]);
        const head = ['source', 'documents', 'size', 'written'].map(dim);
        result(cli, sources, () => (rows.length === 0 ? '' : table([head, ...rows], cli.io.stdout.columns)));
        if (sources.length === 0) tell(cli, 'Nothing is indexed yet: run a skill, or let one use index_write.');
        return EXIT.done;
      }),
    );
  command
    .command('search')
    .description('Searches sources and the events of the log, best first.')
    .argument('<query>', 'plain words; what stands in "double quotes" must occur as it is')
    .option('-s, --source <source>', 'only this source, or several: again for each; `events` is the log', several)
    .option('-k, --k <n>', 'hits at most', whole, 10)
    .option('--prefix <text>', 'only documents whose key begins so; events: the id of a run')
    .option('--tag <tag>', 'only documents with this tag; again for each', several)
    .option('--skill <name>', 'only what runs of this skill wrote')
    .option('--type <type>', 'only events of this type')
    .option('--since <when>', 'not before: a date, or 10m, 2h, 3d ago', moment)
    .option('--until <when>', 'not after', moment)
    .addHelpText(
      'after',
      examples(
        ['reyn index search "retry after" --source docs', 'in one source'],
        ['reyn index search \'"in doubt" crash\' --k 3', 'with an exact phrase'],
      ),
    )
    .action(
      act(async (cli, query: string, { source, k, prefix, tag, ...rest }: Search) => {
        const reyn = await cli.open();
        const filter = {
          ...(prefix === undefined ? {} : { key_prefix: prefix }),
          ...(tag === undefined ? {} : { tags: tag }),
          ...rest,
        };
        const found = await reyn.index.search(
          { query, k, filter, ...(source === undefined ? {} : { sources: source }) },
          cli.io.gone,
        );
        result(cli, found, () => showHits(found.hits, query, paint(cli.screen.color.out)));
        for (const name of found.unknown ?? []) tell(cli, `There is no source "${name}".`);
        for (const note of found.notes ?? []) tell(cli, `Note: ${note}.`);
        if (found.hits.length === 0)
          tell(cli, `Nothing found in ${plural(Object.keys(found.searched).length, 'source')}.`);
        return EXIT.done;
      }),
    );
  command
    .command('drop')
    .description('Takes documents out of a source. The log still says what they were.')
    .argument('<source>', 'its name')
    .argument('[key...]', 'only these documents')
    .addHelpText('after', examples(['reyn index drop docs', 'all of it'], ['reyn index drop docs old.md', 'one']))
    .action(
      act(async (cli, source: string, keys: readonly string[]) => {
        const reyn = await cli.open();
        const dropped = await reyn.index.drop(source, keys.length === 0 ? undefined : keys);
        result(cli, { source, dropped }, () => `Dropped ${plural(dropped, 'document')} of ${source}.\n`);
        return EXIT.done;
      }),
    );
};
