import { UserError } from '../../../os/errors.ts';
import { isObject, type Json, type JsonObject } from '../../../os/json.ts';
import { readYaml, sentenceOf } from '../../../os/yaml.ts';
import type { Check } from '../case.ts';
import { fill } from './fill.ts';
import { type Imported, idMaker, type Left, made, type NewCase } from './imported.ts';
import { openJsChecks } from './js-check.ts';
import { type Asserted, checkOf, type JsFile } from './promptfoo-assert.ts';

/** Cases that one test with lists of variables may become. */
const MAX_COMBINATIONS = 1000;
/** Keys of a file and of a test that say nothing about what is judged: prompts and models are the skill's here. */
const QUIET = [
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'defaultTest',
  'tags',
  'outputPath',
  'sharing',
];
const OF_TESTS = ['description', 'vars', 'assert', 'metadata', 'threshold', 'options'];

/**
 * Cases of a promptfoo configuration, or of a list of its tests. The variables of a test are the input: one text alone is
 * the text, else they are an artifact.
 *
 * Format: https://www.promptfoo.dev/docs/configuration/reference/
 * @param stem name for the file of functions.
 * @throws UserError `eval` when it is not YAML, or no such configuration.
 */
export function readPromptfoo(text: string, file: string, stem: string): Imported {
  const whole = parse(text, file);
  const config = (Array.isArray(whole) ? { tests: whole } : whole) as JsonObject;
  const left: Left[] = [];
  const js: JsFile = { path: `${stem}.checks.js`, checks: openJsChecks() };
  const defaults = isObject(config.defaultTest) ? (config.defaultTest as JsonObject) : {};
  if (typeof config.defaultTest === 'string')
    left.push(setting('defaultTest', 'It is in a file of its own, which is not followed.'));
  for (const key of Object.keys(config).filter((name) => !QUIET.includes(name))) {
    left.push(setting(key, 'It has no place here.'));
  }
  const tests = Array.isArray(config.tests) ? config.tests : config.tests === undefined ? [] : [config.tests];
  const idOf = idMaker();
  const cases = tests.flatMap((test, nth) => {
    if (isObject(test) && !('path' in test)) return casesOf(test as JsonObject, defaults, { nth, idOf, left, js });
    const name = typeof test === 'string' ? test : `test ${nth + 1}`;
    left.push({ what: 'case', name, why: 'These tests are in a file of their own: import that.' });
    return [];
  });
  const source = js.checks.source();
  return { cases, files: source === undefined ? {} : { [js.path]: source }, left };
}

function parse(text: string, file: string): Json {
  const read = readYaml(text);
  if (!read.ok) {
    const [{ line, column }] = read.problems;
    throw new UserError('eval', sentenceOf(read.problems[0]), {
      where: { file, line, column },
      hint: 'Write values out where they are aliases or tags.',
    });
  }
  const value = read.source.value;
  if (Array.isArray(value) || (isObject(value) && 'tests' in value)) return value as Json;
  throw new UserError('eval', 'There are no `tests` in it.', {
    where: { file },
    hint: 'Name a promptfoo configuration, or a list of its tests.',
  });
}

const setting = (name: string, why: string): Left => ({ what: 'setting', name, why });

type Site = {
  readonly nth: number;
  readonly idOf: (wish: string) => string;
  readonly left: Left[];
  readonly js: JsFile;
};

function casesOf(test: JsonObject, defaults: JsonObject, { nth, idOf, left, js }: Site): NewCase[] {
  const name = typeof test.description === 'string' ? test.description : `test ${nth + 1}`;
  const { vars, assert, metadata, threshold, options } = merged(test, defaults);
  const combinations = options.disableVarExpansion === true ? [vars] : expand(vars);
  if (combinations === undefined) {
    left.push({ case: name, what: 'case', name, why: `Its variables make more than ${MAX_COMBINATIONS} cases.` });
    return [];
  }
  return combinations.flatMap((given) => {
    const id = idOf(name);
    const tell = (what: Left['what'], part: string, why: string) => void left.push({ case: id, what, name: part, why });
    const foreign = Object.entries(given).find(
      ([, value]) => typeof value === 'string' && /^(file|package):\/\//.test(value),
    );
    if (foreign !== undefined) {
      tell('case', name, `Its variable "${foreign[0]}" is in a file of its own, which is not followed.`);
      return [];
    }
    for (const key of Object.keys({ ...defaults, ...test }).filter((one) => !OF_TESTS.includes(one)))
      tell('setting', key, 'It has no place here.');
    for (const key of Object.keys(options).filter((one) => !one.startsWith('disable')))
      tell('setting', `options.${key}`, 'It has no place here.');
    if (threshold !== undefined)
      tell('setting', 'threshold', 'A case has none here: its checks are not required instead.');
    const checks = checksOf(assert, given, { js, tell, required: threshold === undefined });
    if (checks.length === 0) {
      tell('case', name, 'Nothing of what it checks could be taken over.');
      return [];
    }
    return [{ id, input: inputOf(given), checks, tags: tagsOf(metadata, tell), mustPass: false, weight: 1 }];
  });
}

const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? (value as JsonObject) : {});
const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

function merged(test: JsonObject, defaults: JsonObject) {
  const options = { ...objectIn(defaults.options), ...objectIn(test.options) };
  const shared = options.disableDefaultAsserts === true ? [] : listIn(defaults.assert);
  const threshold = test.threshold ?? defaults.threshold;
  return {
    options,
    vars: { ...objectIn(defaults.vars), ...objectIn(test.vars) },
    assert: [...shared, ...listIn(test.assert)],
    metadata: { ...objectIn(defaults.metadata), ...objectIn(test.metadata) },
    threshold: typeof threshold === 'number' ? threshold : undefined,
  };
}

/** One set of variables for each way to choose an item of each list. */
function expand(vars: JsonObject): JsonObject[] | undefined {
  let sets: JsonObject[] = [{}];
  for (const [key, value] of Object.entries(vars)) {
    const choices = Array.isArray(value) ? value : [value];
    if (sets.length * choices.length > MAX_COMBINATIONS) return undefined;
    sets = sets.flatMap((set) => choices.map((choice) => ({ ...set, [key]: choice })));
  }
  return sets;
}

function inputOf(vars: JsonObject): Json {
  const values = Object.values(vars);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : vars;
}

type Tell = (what: Left['what'], name: string, why: string) => void;
type Asserting = { readonly js: JsFile; readonly tell: Tell; readonly required: boolean };

function checksOf(assert: readonly Json[], vars: JsonObject, site: Asserting): Check[] {
  const { js, tell } = site;
  const checks: Check[] = [];
  for (const one of flat(assert, tell)) {
    const type = typeof one.type === 'string' ? one.type : 'an assertion without type';
    const told = asserted(one, vars, js);
    if ('why' in told) {
      tell('check', type, told.why);
      continue;
    }
    for (const key of ['provider', 'rubricPrompt'])
      if (key in one) tell('setting', `${type}.${key}`, 'The judge of this project is asked.');
    if (typeof one.weight === 'number' && one.weight !== 1)
      tell('setting', `${type}.weight`, 'All checks of a case count the same here.');
    const text = typeof one.metric === 'string' && one.metric !== '' ? { text: one.metric } : {};
    const required = site.required && one.weight !== 0;
    const check = made({ ...told.check, ...text, required }, `check ${checks.length + 1}`, [js.path]);
    if (typeof check === 'string') tell('check', type, check);
    else checks.push(check);
  }
  return checks;
}

/** Assertions, those of sets that all must hold among them. */
function flat(assert: readonly Json[], tell: Tell): JsonObject[] {
  return assert.flatMap((one) => {
    const given = objectIn(one);
    if (given.type !== 'assert-set') return [given];
    if (given.threshold === undefined) return flat(listIn(given.assert), tell);
    tell('check', 'assert-set', 'That some of several are enough cannot be said here.');
    return [];
  });
}

function asserted(one: JsonObject, vars: JsonObject, js: JsFile): Asserted {
  if (typeof one.type !== 'string') return { why: 'It has no type.' };
  if (one.transform !== undefined || one.contextTransform !== undefined)
    return { why: 'What it looks at is transformed first, which is not known here.' };
  const type = one.type.replace(/^not-/, '');
  const filled = one.value === undefined || type === 'javascript' ? { value: one.value } : fill(one.value, vars);
  if ('why' in filled) return filled;
  const threshold = typeof one.threshold === 'number' ? one.threshold : undefined;
  const context = { vars, config: one.config ?? {} };
  return checkOf({ type, not: type !== one.type, value: filled.value, threshold, context }, js);
}

function tagsOf(metadata: JsonObject, tell: Tell): string[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const tags = (Array.isArray(value) ? value : [value]).map((item) => `${key}=${String(item)}`);
    if (tags.every((tag) => tag.length <= 100 && !tag.includes('[object'))) return tags;
    tell('setting', `metadata.${key}`, 'Only short words can be tags.');
    return [];
  });
}
