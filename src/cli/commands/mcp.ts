import { EXIT } from '../../os/errors.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, oneLine, paint } from '../output.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .command('list')
    .summary('servers, their tools and pins')
    .description(
      'Starts or reaches every MCP server of the configuration and lists its tools. The pin is a hash of their names, descriptions and schemas: put it into `mcp.servers.<name>.pin`, and allow rules count while it holds. Exits 7 when a server does not answer.',
    )
    .addHelpText('after', examples(['reyn mcp list', 'what there is to pin']))
    .action(
      act(async (cli) => {
        const servers = await (await cli.open()).mcp.list();
        const { bold, dim, green, red, yellow } = paint(cli.screen.color.out);
        result(cli, servers, () =>
          servers
            .map(({ name, how, pin, pinned, tools, error }) => {
              const state =
                error !== undefined
                  ? red(clean(error))
                  : pinned === undefined
                    ? yellow('not pinned')
                    : pinned
                      ? green('as pinned')
                      : red('not as pinned: its tools have changed');
              const lines = tools.map(
                (tool) => `  ${bold(clean(tool.name))}  ${dim(oneLine(clean(tool.description), 80))}\n`,
              );
              return `${bold(clean(name))}  ${dim(clean(how))}  ${state}\n${pin === undefined ? '' : `  ${dim('pin')} ${pin}\n`}${lines.join('')}`;
            })
            .join('\n'),
        );
        if (servers.length === 0) tell(cli, 'The configuration has no MCP server.');
        return servers.some(({ error }) => error !== undefined) ? EXIT.infrastructure : EXIT.done;
      }),
    );
};
