import { relative, resolve } from 'node:path';
import { Option } from 'commander';
import type { Reyn } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { version } from '../../os/package.ts';
import type { Finding } from '../../os/skills/finding.ts';
import { type Cli, type Define, tell } from '../cli.ts';
import { paint, plural } from '../output.ts';
import { showFindings } from '../render/findings.ts';
import { examples } from './examples.ts';

type LintFlags = { format: 'text' | 'json' | 'sarif'; maxSeverity: 'error' | 'warning' };

export const define: Define = (command, act) => {
  command
    .description(
      'Checks skills: whether they load, and what in them will go wrong or steers by prose what belongs into the graph. Exits 2 when there are findings at or above --max-severity.',
    )
    .argument('[names...]', 'names or folders of skills; all of the project if none')
    .addOption(
      new Option('--format <form>', 'how findings are written').choices(['text', 'json', 'sarif']).default('text'),
    )
    .addOption(
      new Option('--max-severity <level>', 'the least finding that fails (exit 2)')
        .choices(['error', 'warning'])
        .default('error'),
    )
    .addHelpText(
      'after',
      examples(
        ['reyn lint', 'every skill of the project'],
        ['reyn lint summarize --max-severity warning', 'one skill, warnings fail too'],
        ['reyn lint ./drafts/plan --format json', 'a folder elsewhere'],
        ['reyn lint --format sarif > lint.sarif', 'for a code host'],
      ),
    )
    .action(
      act(async (cli, names: string[], flags: LintFlags) => {
        const reyn = await cli.open();
        const { evalFindings } = await import('../../eval-findings.ts');
        const findings = [...reyn.skills.lint(names), ...evalFindings(reyn, names)];
        if (flags.format === 'sarif') await writeSarif(cli, reyn, names, findings);
        else if (flags.format === 'json' || cli.screen.json)
          cli.io.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
        else if (findings.length > 0) {
          cli.io.stdout.write(showFindings(findings, folders(reyn, names), paint(cli.screen.color.out)));
        }
        tell(cli, count(findings));
        const failing = findings.filter(({ severity }) => severity === 'error' || flags.maxSeverity === 'warning');
        return failing.length === 0 ? EXIT.done : EXIT.usage;
      }),
    );
};

async function writeSarif(cli: Cli, reyn: Reyn, names: readonly string[], findings: readonly Finding[]): Promise<void> {
  const [{ lintRules }, { sarifOf }] = await Promise.all([import('../../rules.ts'), import('../render/sarif.ts')]);
  const folderOf = folders(reyn, names);
  const pathOf = (finding: Finding) => {
    const full = resolve(reyn.root, folderOf(finding), finding.file);
    const inside = relative(reyn.root, full);
    return inside.startsWith('..') ? full : inside;
  };
  cli.io.stdout.write(`${JSON.stringify(sarifOf(findings, lintRules(), version(), pathOf), null, 2)}\n`);
}

/** Folder of each skill by name, as it was asked for or as it resolves. */
function folders(reyn: Reyn, names: readonly string[]): (finding: Finding) => string {
  const byName = new Map<string, string>();
  for (const { name, dir, shadowedBy } of reyn.skills.list()) if (shadowedBy === undefined) byName.set(name, dir);
  const paths = names.filter((name) => !byName.has(name));
  return ({ skill, file }) =>
    file.startsWith('shared/')
      ? 'reyn/project'
      : (paths.find((path) => path.replace(/\/+$/, '').endsWith(`/${skill}`)) ??
        byName.get(skill) ??
        paths[0] ??
        skill);
}

function count(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return 'No findings.';
  return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}
