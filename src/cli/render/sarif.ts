import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { Finding } from '../../os/skills/finding.ts';
import type { LintRule } from '../../rules.ts';

/** Place that file names count from. It is not said where that is: the document means the same on every machine. */
const ROOT = '%SRCROOT%';

/**
 * Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the code. What to do about a finding is
 * part of its message, because a `fix` in SARIF is an exact edit of a file.
 * @param pathOf the finding's file, relative to the project; absolute for a skill outside it.
 */
export function sarifOf(
  findings: readonly Finding[],
  rules: readonly LintRule[],
  version: string,
  pathOf: (finding: Finding) => string,
): Log {
  const used = rules.filter(({ id }) => findings.some(({ rule }) => rule === id));
  const results = findings.map((finding): Result => {
    const { rule, severity, message, fix, line, column, skill } = finding;
    const ruleIndex = used.findIndex(({ id }) => id === rule);
    return {
      ruleId: rule,
      ...(ruleIndex < 0 ? {} : { ruleIndex }),
      level: severity,
      message: { text: `${capital(message)}. ${fix}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: locationOf(pathOf(finding)),
            region: { startLine: line, startColumn: column },
          },
          logicalLocations: [{ name: skill, kind: 'module' }],
        },
      ],
      properties: { fix },
    };
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'reyn', semanticVersion: version, rules: used.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the project.' } } },
        results,
      },
    ],
  };
}

function descriptor({ id, severity, finds, why, fix }: LintRule): ReportingDescriptor {
  const help = [why, fix].filter((part) => part !== undefined).join(' ');
  return {
    id,
    name: id.replace(/(?:^|[/-])([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${capital(finds)}.` },
    ...(why === undefined ? {} : { fullDescription: { text: why } }),
    help: { text: help === '' ? `The loader refuses ${finds}. The finding says what to do.` : help },
    defaultConfiguration: { level: severity },
  };
}

/** A path as a URI reference: relative to the project, or a `file:` one. */
function locationOf(path: string): { uri: string; uriBaseId?: string } {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: ROOT };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
