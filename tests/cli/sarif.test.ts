import fs from 'node:fs';
import path from 'node:path';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { lintRules } from '../../src/rules.ts';
import { inProject, type ProjectSpec } from '../project.ts';
import { reyn } from './surroundings.ts';

const GOLDENS = 'tests/os/lint/goldens';

/** The golden folders as skills of a project, and a skill that does not load. */
function goldens(): ProjectSpec {
  const files = fs
    .readdirSync(GOLDENS, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(md|yaml)$/.test(file));
  const texts = files.map((file) => [`reyn/project/${file}`, fs.readFileSync(path.join(GOLDENS, file), 'utf8')]);
  return { files: { ...Object.fromEntries(texts), 'reyn/project/broken name/skill.md': '---\ntype: skil\n---\n' } };
}

const sarifOf = (names: readonly string[] = []) =>
  inProject(goldens(), async (project) => {
    const { out, exit } = await reyn(['lint', ...names, '--format', 'sarif'], project.reyn);
    return { log: JSON.parse(out) as Log, exit, findings: project.reyn.skills.lint(names), root: project.root };
  });

describe('lint --format sarif', () => {
  it('has a result for every finding, at its place below the root of the project, and the exit code of lint', async () => {
    const { log, exit, findings } = await sarifOf();
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-2.1.0') });
    const [run] = log.runs;
    expect(run?.tool.driver.name).toBe('reyn');
    expect(Object.keys(run?.originalUriBaseIds ?? {})).toEqual(['%SRCROOT%']);
    expect(run?.results).toHaveLength(findings.length);
    for (const [index, { rule, severity, line, column, fix }] of findings.entries()) {
      const result = run?.results?.[index];
      expect(result).toMatchObject({ ruleId: rule, level: severity, properties: { fix } });
      expect(result?.message.text).toContain(fix);
      expect(run?.tool.driver.rules?.[result?.ruleIndex ?? -1]?.id).toBe(rule);
      const place = result?.locations?.[0]?.physicalLocation;
      expect(place?.region).toEqual({ startLine: line, startColumn: column });
      expect(place?.artifactLocation?.uriBaseId).toBe('%SRCROOT%');
    }
    const uris = run?.results?.map(({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri);
    expect(uris).toContain('reyn/project/broken%20name/skill.md');
    expect(uris).toContain('reyn/project/shared/phases/check.md');
    expect(exit).toBe(2);
  });

  it('describes every rule that it names, once, with help', async () => {
    const { log } = await sarifOf();
    const rules = log.runs[0]?.tool.driver.rules ?? [];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { name, shortDescription, help, defaultConfiguration } of rules) {
      expect(name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
      expect([shortDescription?.text, help?.text]).toEqual([
        expect.stringMatching(/^.+\.$/s),
        expect.stringMatching(/^.+\.$/s),
      ]);
      expect(['error', 'warning']).toContain(defaultConfiguration?.level);
    }
  });

  it('is a document without findings, too', async () => {
    const { log, exit } = await sarifOf(['report_loop']);
    expect(log.runs[0]?.results).toEqual([]);
    expect(exit).toBe(0);
  });

  it('names no folder of this machine for what lies in the project', async () => {
    const { log, root } = await sarifOf();
    expect(JSON.stringify(log)).not.toContain(root);
  });
});

describe('the rules', () => {
  it('have different ids, and those of a loaded skill say why and what to do', () => {
    const rules = lintRules();
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, why, fix } of rules)
      expect(id.startsWith('format/') || (why !== undefined && fix !== undefined)).toBe(true);
  });
});
