import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PolicyAnswer } from '../../api.ts';
import { EXIT, UserError } from '../../os/errors.ts';
import { type PolicyResult, readExpectations } from '../../policy-test.ts';
import { type Define, result, tell } from '../cli.ts';
import { clean, type Paint, paint, plural, table } from '../output.ts';
import { examples } from './examples.ts';

const CODES = { allow: EXIT.done, ask: EXIT.undecided, deny: EXIT.denied } as const;

export const define: Define = (command, act) => {
  command
    .command('explain')
    .summary('what would be decided, and why')
    .description(
      'What would be decided for an op of a skill on a resource, and what decides it. Nothing is done. Exits 0 allow, 3 ask, 4 deny.',
    )
    .argument('<skill>', 'name of the skill')
    .argument('<op>', 'kind of op, e.g. write_file')
    .argument('[resource]', 'a path, URL or host, command, server/tool, or name', '')
    .addHelpText(
      'after',
      examples(
        ['reyn policy explain file_notes write_file examples/report/a.md', 'allowed by a rule'],
        ['reyn policy explain file_notes write_file .git/config', 'closed whatever rules say'],
        ['reyn policy explain my_skill sandboxed_exec "git log -1"', 'a command'],
      ),
    )
    .action(
      act(async (cli, skill: string, op: string, resource: string) => {
        const answer = (await cli.open()).policy.explain({ skill, op, resource });
        result(cli, answer, () => explained(answer, paint(cli.screen.color.out)));
        return CODES[answer.verdict];
      }),
    );
  command
    .command('test')
    .summary('check a table of expectations')
    .description(
      'Checks that rules decide as a table of expectations says: a YAML list of {skill, op, resource, expect: allow | ask | deny}. Exits 1 when one is not met.',
    )
    .argument('<file>', 'the table')
    .addHelpText('after', examples(['reyn policy test policy.test.yaml', 'in CI, after a change of rules']))
    .action(
      act(async (cli, file: string) => {
        const path = resolve(cli.start, file);
        const expectations = readExpectations(textOf(path, file), file);
        const { policy } = await cli.open();
        const results = expectations.map((expected): PolicyResult => {
          const { verdict, by, reason } = policy.explain(expected);
          return { ...expected, verdict, by, reason, met: verdict === expected.expect };
        });
        const missed = results.filter(({ met }) => !met);
        result(cli, { met: results.length - missed.length, missed: missed.length, results }, () =>
          tested(missed.length > 0 ? missed : [], paint(cli.screen.color.out), cli.io.stdout.columns),
        );
        tell(
          cli,
          `${plural(results.length, 'expectation')}, ${missed.length === 0 ? 'all met' : `${missed.length} missed`}.`,
        );
        return missed.length === 0 ? EXIT.done : EXIT.no;
      }),
    );
};

function textOf(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError('usage', `The table cannot be read: ${(error as Error).message}.`, {
      where: { file: shown },
      hint: 'Give the path of a YAML file.',
      cause: error,
    });
  }
}

function explained(answer: PolicyAnswer, style: Paint): string {
  const { bold, dim } = style;
  const head = `${colored(answer.verdict, style)} ${dim('by')} ${clean(answer.by)}\n${clean(answer.reason)}\n`;
  const ways = answer.needs.map(({ need, resource, steps }) => {
    const lines = steps.map(({ stage, came }) => {
      const mark = came === 'decided' ? bold('▸') : came === 'passed' ? dim('·') : ' ';
      const text = came === 'not reached' ? dim(`${stage} (not reached)`) : stage;
      return `  ${mark} ${text}`;
    });
    return `\n${bold(need)} ${dim('of')} ${clean(resource)}\n${lines.join('\n')}\n`;
  });
  return head + ways.join('');
}

function tested(missed: readonly PolicyResult[], style: Paint, width: number | undefined): string {
  if (missed.length === 0) return '';
  const { dim } = style;
  const head = ['LINE', 'SKILL', 'OP', 'RESOURCE', 'EXPECTED', 'DECIDED', 'BY'].map(dim);
  const rows = missed.map(({ line, skill, op, resource, expect, verdict, by }) => [
    `${line}`,
    clean(skill),
    clean(op),
    clean(resource),
    expect,
    colored(verdict, style),
    clean(by),
  ]);
  return table([head, ...rows], width);
}

function colored(verdict: PolicyAnswer['verdict'], { green, red, yellow, bold }: Paint): string {
  return bold({ allow: green, ask: yellow, deny: red }[verdict](verdict));
}
