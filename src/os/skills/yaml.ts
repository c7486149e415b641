import type { Json } from '../json.ts';
import { placeOf, readYaml, type YamlProblem, type YamlProblemKind } from '../yaml.ts';
import type { KeyPath, Spot } from '../yaml-places.ts';
import type { Place } from './document.ts';
import type { Finding } from './finding.ts';

export type SkillYaml =
  | {
      readonly ok: true;
      /** `null` for a text that holds nothing but comments. */
      readonly value: Json;
      /** Place of the key at `path` (of the item in a list), or of the nearest part above it that exists. */
      at(path: KeyPath): Place;
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Where a YAML text stands: `firstLine` is the line of `file` that its first line is on, from 1. */
export type YamlSite = { readonly skill: string; readonly file: string; readonly firstLine: number };

/** Reads one YAML text of a skill. Never throws. */
export function readSkillYaml(text: string, site: YamlSite): SkillYaml {
  const placed = ({ line, column }: Spot): Place => ({ file: site.file, line: site.firstLine + line - 1, column });
  const read = readYaml(text);
  if (read.ok) {
    const { source } = read;
    return { ok: true, value: source.value ?? null, at: (path) => placed(placeOf(source, path)) };
  }
  const findings = read.problems.map((problem): Finding => {
    const { rule, fix } = RULES[problem.kind];
    const { message } = problem;
    return { rule, severity: 'error', skill: site.skill, ...placed(problem), message, fix: fix ?? fixFor(problem) };
  });
  return { ok: false, findings };
}

const FEATURE = 'format/yaml-feature';

const RULES: Readonly<Record<YamlProblemKind, { readonly rule: string; readonly fix?: string }>> = {
  'too-large': { rule: 'format/too-large', fix: 'Split it, or move text to a Markdown body.' },
  'too-deep': { rule: 'format/too-deep', fix: 'Flatten it.' },
  syntax: { rule: 'format/yaml' },
  directive: { rule: FEATURE, fix: 'Delete the % line.' },
  documents: { rule: FEATURE, fix: 'Keep one document in each file.' },
  alias: { rule: FEATURE, fix: 'Write the value out, or quote the text.' },
  anchor: { rule: FEATURE, fix: 'Delete the anchor, or quote the text.' },
  tag: { rule: FEATURE, fix: 'Delete the tag, or quote the text.' },
  key: { rule: 'format/yaml', fix: 'Use plain text as the key; quote text that begins with [ or {.' },
  'duplicate-key': { rule: 'format/duplicate-key', fix: 'Keep one of the two.' },
  'proto-key': { rule: 'format/proto-key', fix: 'Give the key another name.' },
  'not-finite': { rule: 'format/not-finite', fix: 'Write a finite number, or quote the text.' },
};

function fixFor({ message }: YamlProblem): string {
  if (message.includes('tab character')) return 'Indent with spaces.';
  if (message.includes('bad indentation')) return 'Align it with its neighbours; quote a value that holds ": ".';
  return 'Check quotes, brackets and indentation here; quote text that holds ": " or " #".';
}
