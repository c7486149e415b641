import { EXIT } from '../../os/errors.ts';
import { redactorOf } from '../../secrets.ts';
import { type Cli, type Define, result } from '../cli.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description(
      'Takes secrets out of text: reads stdin and writes it to stdout as it comes, each secret replaced by a placeholder. Knows those of the environment, the configuration and the store, and what secrets look like.',
    )
    .option('--report', 'say on stderr how many of each kind there were')
    .addHelpText(
      'after',
      examples(
        ['npm test 2>&1 | reyn redact > test.log', 'a log to hand on'],
        ['reyn redact --report < server.log > clean.log', 'and what was in it'],
        ['reyn redact --json < notes.md', 'text and counts as one document'],
      ),
    )
    .action(
      act(async (cli, flags: { report?: boolean }) => {
        const found = new Map<string, number>();
        const redactor = redactorOf({ root: cli.root, env: cli.io.env }, (label) =>
          found.set(label, (found.get(label) ?? 0) + 1),
        );
        const kept: string[] = [];
        const put = (text: string) => {
          if (cli.screen.json) kept.push(text);
          else if (text !== '') cli.io.stdout.write(text);
        };
        const stream = redactor.stream();
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        for await (const chunk of cli.io.stdin.open()) {
          put(stream.push(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })));
          if (cli.io.gone.aborted) return EXIT.done;
        }
        put(stream.push(decoder.decode()));
        put(stream.end());
        const counts = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
        if (cli.screen.json) result(cli, { text: kept.join(''), found: Object.fromEntries(counts) }, () => '');
        if (flags.report === true) report(cli, counts);
        return EXIT.done;
      }),
    );
};

function report({ io }: Cli, counts: readonly (readonly [string, number])[]): void {
  if (counts.length === 0) io.stderr.write('No secret was found.\n');
  for (const [label, count] of counts) io.stderr.write(`${label}  ${count}\n`);
}
