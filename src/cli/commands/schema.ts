import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Argument } from 'commander';
import { EXIT, UserError } from '../../os/errors.ts';
import { jsonSchemaOf, SCHEMA_NAMES, type SchemaName } from '../../schemas.ts';
import { type Define, result, tell } from '../cli.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .command('print')
    .summary('the JSON Schema of a kind of file')
    .description(
      'The JSON Schema of a kind of file, for editors: with it they complete keys, say what each means and mark what would be refused. With --out all of them, a file each. A YAML file says itself which it goes by:\n  # yaml-language-server: $schema=<path of the schema>',
    )
    .addArgument(new Argument('[kind]', 'the kind of file; all of them with --out').choices(SCHEMA_NAMES))
    .option('--out <folder>', 'write <kind>.json files there instead')
    .addHelpText(
      'after',
      examples(
        ['reyn schema print config', 'of reyn.yaml'],
        ['reyn schema print --out .vscode/reyn', 'all of them, for the editor'],
      ),
    )
    .action(
      act(async (cli, kind: SchemaName | undefined, flags: { out?: string }) => {
        if (flags.out === undefined) {
          if (kind === undefined) {
            throw new UserError('usage', 'Which schema is not said.', {
              hint: `Name one of ${SCHEMA_NAMES.join(', ')}.`,
            });
          }
          const schema = jsonSchemaOf(kind);
          cli.io.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
          return EXIT.done;
        }
        const names = kind === undefined ? SCHEMA_NAMES : [kind];
        writeSchemas(resolve(cli.start, flags.out), names);
        const files = names.map((name) => join(flags.out ?? '', `${name}.json`));
        result(cli, { files }, () => files.map((file) => `${file}\n`).join(''));
        tell(cli, 'Name one in a YAML file: # yaml-language-server: $schema=<path>');
        return EXIT.done;
      }),
    );
};

/** @throws UserError `disk`. */
function writeSchemas(folder: string, names: readonly SchemaName[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of names) {
      writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`);
    }
  } catch (error) {
    throw new UserError('disk', `The schemas cannot be written: ${(error as Error).message}.`, {
      where: { file: folder },
      cause: error,
    });
  }
}
