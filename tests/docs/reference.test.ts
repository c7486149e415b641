import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referencePages } from '../../scripts/reference.ts';
import { DEFAULT_LIMITS } from '../../src/os/config/limits.ts';
import { compileSkill } from '../../src/os/skills/compile.ts';
import type { Finding } from '../../src/os/skills/finding.ts';
import { DIALECT_RULES, FORMAT_RULES } from '../../src/os/skills/format-rules.ts';
import { FORMAT_KEYS } from '../../src/os/skills/json-schema/keys.ts';
import { STEP_TYPES } from '../../src/os/skills/steps/list.ts';

const REFERENCE = 'docs/reference';

describe('the reference', () => {
  it('is what the program says now, no page missing or left over; `npm run docs` makes it so', async () => {
    const pages = await referencePages();
    expect(readdirSync(REFERENCE).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(`${REFERENCE}/${name}`, 'utf8'), name).toBe(text);
  });

  it('names the folder of no machine', async () => {
    for (const text of (await referencePages()).values()) expect(text).not.toContain(process.cwd());
  });
});

describe('the page of limits', () => {
  it('gives the limits that hold without configuration', () => {
    const page = readFileSync('docs/concepts/limit.md', 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)`.* \| ([\d,]+|none) \|$/gm)];
    const shown = rows.map(([, name, value = '']) => [
      name,
      value === 'none' ? undefined : Number(value.replaceAll(',', '')),
    ]);
    const { on_limit: _, ...limits } = DEFAULT_LIMITS;
    expect(Object.fromEntries(shown)).toEqual({ ...limits, usd: undefined });
  });
});

describe('the reference of the format', () => {
  it('has every key the loader knows, at its place, and no other', () => {
    const known = knownKeys(findingsWith(STRAY));
    expect(Object.keys(FORMAT_KEYS).sort()).toEqual([...known.keys()].sort());
    for (const [place, keys] of Object.entries(FORMAT_KEYS)) {
      const { count, named } = known.get(place) ?? { count: 0, named: [] };
      expect(Object.keys(keys), place).toEqual(expect.arrayContaining(named));
      expect(Object.keys(keys), place).toHaveLength(count);
      const refused = findingsWith(...Object.keys(keys)).filter(({ rule }) => rule === 'format/unknown-key');
      expect(refused.map(({ message }) => message).filter((message) => message.endsWith(` in ${place}`))).toEqual([]);
    }
  });

  it('has every rule that stands in the loader, and no other', () => {
    const files = readdirSync('src/os', { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('format-rules.ts'),
    );
    const texts = files.map((file) => readFileSync(`src/os/${file}`, 'utf8'));
    const rules = texts.flatMap((text) =>
      [...text.matchAll(/'((?:format|foreign|agent-skill)\/[a-z0-9-]*[a-z0-9])'/g)].map((match) => match[1]),
    );
    expect(Object.keys({ ...FORMAT_RULES, ...DIALECT_RULES }).sort()).toEqual([...new Set(rules)].sort());
  });
});

/** A key that no place knows and that is near to none. */
const STRAY = 'qqqqqqqqqqqqqqqq';

/** What the loader says of a skill that has `keys`, whatever they hold, at every place that knows some. */
function findingsWith(...keys: readonly string[]): readonly Finding[] {
  const others = (...own: readonly string[]) => {
    const taken = own.map((entry) => entry.slice(0, entry.indexOf(':')));
    return [...own, ...keys.filter((key) => !taken.includes(key)).map((key) => `${key}: 1`)];
  };
  const mapping = (...own: readonly string[]) => `{ ${others(...own).join(', ')} }`;
  const steps = `[${STEP_TYPES.map(({ type }) => mapping(`type: ${type}`)).join(', ')}]`;
  const skill = others(
    'type: skill',
    'name: probe',
    `graph: { one: [${mapping('to: end')}] }`,
    `permissions: ${mapping()}`,
    `limits: ${mapping()}`,
    `routing: ${mapping()}`,
    `postprocessor: ${mapping(`steps: ${steps}`)}`,
  );
  const section = ['## phase: one', '```yaml', ...others(), '```', 'Do it.'];
  const skillMd = ['---', ...skill, '---', ...section].join('\n');
  const files = { 'skill.md': skillMd, 'artifacts/result.yaml': mapping('schema: { type: object }') };
  const bytes = Object.entries(files).map(([name, text]): [string, Uint8Array] => [name, Buffer.from(text)]);
  return compileSkill({ name: 'probe', origin: 'project', dir: 'probe', files: new Map(bytes) }).findings;
}

/** Places by what the loader calls them, with how many keys it says it knows there and those it names. */
function knownKeys(findings: readonly Finding[]): ReadonlyMap<string, { count: number; named: string[] }> {
  return new Map(
    findings.flatMap(({ rule, message, fix }) => {
      const [, place] = /unknown key "q+" in (.+)$/.exec(message) ?? [];
      const [, list = '', more = '0'] = /knows (.+?)(?: and (\d+) more)?\.$/.exec(fix) ?? [];
      const named = list.split(', ');
      return rule === 'format/unknown-key' && place !== undefined
        ? [[place, { count: named.length + Number(more), named }] as const]
        : [];
    }),
  );
}
