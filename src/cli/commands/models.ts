import type { ModelEntry, ModelProbe, ModelTest } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Cli, type Define, result, tell } from '../cli.ts';
import { clean, dollars, duration, grouped, moment, type Paint, paint, plural, table } from '../output.ts';
import { examples } from './examples.ts';

const NAME = 'as in the configuration: a key of `models`, or `model`';

export const define: Define = (command, act) => {
  command
    .command('list')
    .description('The models of the configuration, with their keys, prices and what a probe found. Nobody is asked.')
    .addHelpText('after', examples(['reyn models list', 'what there is, with price and key']))
    .action(
      act(async (cli) => {
        const models = await (await cli.open()).models.list();
        result(cli, models, () => table(rows(models, paint(cli.screen.color.out)), cli.io.stdout.columns));
        return EXIT.done;
      }),
    );
  command
    .command('test')
    .description('Asks a model one small question, as a run would (some 500 tokens). Exits 7 when it does not answer.')
    .argument('<model>', NAME)
    .addHelpText('after', examples(['reyn models test gpt', 'does it answer, how fast, for how much']))
    .action(
      act(async (cli, name: string) => {
        const { models } = await cli.open();
        const tested = await models.test(name);
        result(cli, tested, () => testText(tested, paint(cli.screen.color.out)));
        if (tested.violation === undefined) return EXIT.done;
        tell(cli, `A run would refuse this answer; see what it can do: reyn models probe ${name}`);
        return EXIT.no;
      }),
    );
  command
    .command('probe')
    .description(
      'Tries what a model can do in 5 to 10 small calls (some 5,000 tokens). What works best is kept and used where the configuration says nothing.',
    )
    .argument('<model>', NAME)
    .addHelpText(
      'after',
      examples(['reyn models probe qwen3', 'finds its encoding'], ['rm .reyn/models/qwen3.json', 'forgets it again']),
    )
    .action(
      act(async (cli, name: string) => {
        const { models } = await cli.open();
        const probed = await models.probe(name);
        result(cli, probed, () => probeText(probed, paint(cli.screen.color.out)));
        tell(cli, kept(probed, cli));
        return probed.encoding === undefined ? EXIT.no : EXIT.done;
      }),
    );
};

function rows(models: readonly ModelEntry[], { bold, dim, red, green }: Paint): string[][] {
  const head = ['NAME', 'MODEL', 'ENCODING', 'SCHEMA', 'PRICE IN/OUT', 'KEY', 'PROBED', 'USED FOR'].map(dim);
  const none = dim('–');
  const lines = models.map((model) => [
    bold(clean(model.name)),
    clean(model.model === undefined ? model.provider : `${model.provider}/${model.model}`),
    model.encoding,
    model.schema ?? none,
    model.price === undefined ? none : `$${model.price.input}/$${model.price.output}`,
    model.key === undefined ? none : model.key.present ? green('yes') : red('no'),
    model.probed === undefined ? none : moment(model.probed),
    model.uses.join(', '),
  ]);
  return [head, ...lines];
}

function testText({ asked, ms, usage, usd, violation }: ModelTest, { bold, green, red }: Paint): string {
  const verdict = violation === undefined ? green('ok') : red(clean(violation));
  return `${bold(clean(asked))}: ${verdict}\n  ${duration(ms)}, ${spent(usage, usd)}\n`;
}

function probeText({ asked, findings }: ModelProbe, { bold, dim, green, red }: Paint): string {
  const lines = findings.map(({ what, supported, note }) => [
    supported ? green('yes') : red('no'),
    what,
    dim(clean(note)),
  ]);
  return `${bold(clean(asked))}\n${table(lines, undefined)}`;
}

function kept({ encoding, schema, calls, usage, usd, file }: ModelProbe, { screen }: Cli): string {
  const { bold } = paint(screen.color.err);
  const how =
    encoding === undefined
      ? 'It answers in no form a run can use.'
      : `Unless the configuration says otherwise: encoding ${bold(encoding)}${schema === undefined ? '' : `, schema ${bold(schema)}`}.`;
  return `${how}\n${plural(calls, 'call')}, ${spent(usage, usd)}; kept in ${file}.`;
}

function spent({ input, output }: ModelTest['usage'], usd: number | undefined): string {
  return `${grouped(input)} tokens in, ${grouped(output)} out${usd === undefined ? '' : `, ${dollars(usd)}`}`;
}
