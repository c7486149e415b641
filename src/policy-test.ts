import type { PolicyAnswer, PolicyQuestion } from './api.ts';
import { UserError } from './os/errors.ts';
import { isObject, type Json } from './os/json.ts';
import { nearest } from './os/suggest.ts';
import { placeOf, readYaml, sentenceOf, type YamlSource } from './os/yaml.ts';

/** One line of a table of expectations: what should be decided. */
export type Expectation = PolicyQuestion & {
  readonly expect: PolicyAnswer['verdict'];
  /** Where it stands in the file, from 1. */
  readonly line: number;
};

export type PolicyResult = Expectation & Pick<PolicyAnswer, 'verdict' | 'by' | 'reason'> & { readonly met: boolean };

const KEYS = ['skill', 'op', 'resource', 'expect'];
const VERDICTS = ['allow', 'ask', 'deny'] as const;

/**
 * Reads a table of expectations: a YAML list of `{skill, op, resource, expect}`.
 * @throws UserError `usage` with the place of what is wrong in it.
 */
export function readExpectations(text: string, file: string): readonly Expectation[] {
  const read = readYaml(text);
  if (!read.ok) {
    const [first] = read.problems;
    const where = { file, ...(first === undefined ? {} : { line: first.line, column: first.column }) };
    throw new UserError('usage', first === undefined ? 'The table cannot be read.' : sentenceOf(first), { where });
  }
  const { source } = read;
  const list = source.value;
  if (!Array.isArray(list) || list.length === 0) {
    throw new UserError('usage', 'A table of expectations is a list that is not empty.', {
      where: { file, line: 1 },
      hint: 'Begin with: - { skill: my_skill, op: write_file, resource: out/a.md, expect: allow }',
    });
  }
  return list.map((entry, at) => expectationOf(entry, { source, file, at }));
}

type At = { readonly source: YamlSource; readonly file: string; readonly at: number };

function expectationOf(entry: Json, { source, file, at }: At): Expectation {
  const refuse = (message: string, hint: string, key?: string): never => {
    const place = placeOf(source, key === undefined ? [`${at}`] : [`${at}`, key]);
    throw new UserError('usage', message, { where: { file, ...place }, hint });
  };
  if (!isObject(entry)) return refuse('An expectation has keys and values.', `Keys: ${KEYS.join(', ')}.`);
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    const meant = nearest(unknown, KEYS);
    return refuse(
      `"${unknown}" is no key of an expectation.`,
      meant === undefined ? `Keys: ${KEYS.join(', ')}.` : `Did you mean "${meant}"?`,
      unknown,
    );
  }
  const word = (key: string): string => {
    const value = entry[key];
    return typeof value === 'string' && value !== ''
      ? value
      : refuse(`The expectation has no ${key}.`, `Add \`${key}\` as text.`);
  };
  const expect = VERDICTS.find((verdict) => verdict === entry.expect);
  if (expect === undefined)
    return refuse('`expect` is none of allow, ask, deny.', 'Write what should be decided.', 'expect');
  const resource = entry.resource === undefined ? '' : word('resource');
  const { line } = placeOf(source, [`${at}`]);
  return { skill: word('skill'), op: word('op'), resource, expect, line };
}
