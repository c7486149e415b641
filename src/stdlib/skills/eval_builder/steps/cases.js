const WANTED = 8;
const MOST_FILES = 40;
/** Characters of all files together. */
const MOST_TEXT = 100_000;
const MOST_ASKED = 20;
/** Characters of one request. */
const MOST_LETTERS = 2000;
const NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;

/** The skill that is meant, of those of the project, and where it lies. */
export function place({ text = '', skill, from = 'skill', cases = WANTED, present }) {
  const found = new Map(present.files.map((file) => [file.split('/').at(-2), file.slice(0, -'/skill.md'.length)]));
  const words = text.match(/[\w-]+/g) ?? [];
  const chosen = skill ?? words.find((word) => found.has(word));
  if (chosen === undefined) throw new Error('the message names no skill of this project');
  const dir = found.get(chosen);
  if (dir === undefined)
    throw new Error(`there is no skill "${chosen}" in this project; copy one that ships with \`reyn skill copy\``);
  return { skill: chosen, dir, from, wanted: cases };
}

/** Its files, the one that says what it is first. Eval files are not among them: they are closed. */
export function files({ skill, from, wanted, seen }) {
  const rank = (file) => (file.endsWith('/skill.md') ? 0 : file.endsWith('.md') ? 1 : 2);
  const texts = seen.files.filter((file) => /\.(?:md|ya?ml|js)$/.test(file));
  return {
    skill,
    from,
    wanted,
    files: texts.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, MOST_FILES),
  };
}

export function material({ skill, wanted, texts, traces }) {
  let room = MOST_TEXT;
  const parts = texts.map(({ path, text }) => {
    const shown = text.slice(0, Math.max(0, room)).toWellFormed();
    room -= shown.length;
    return `=== ${path}\n${shown}`;
  });
  const asked = (traces?.hits ?? []).map(({ text }) => askedIn(text)).filter((text) => text !== '');
  return { skill, wanted, material: parts.join('\n\n'), asked: [...new Set(asked)].slice(0, MOST_ASKED) };
}

/** Lines of an event that say what a run was given. */
function askedIn(text) {
  const said = /^input\.artifact\.(?:text: )?(.*)$/;
  const lines = text.split('\n').flatMap((line) => said.exec(line)?.[1] ?? []);
  return lines.join('\n').slice(0, MOST_LETTERS);
}

/** What is wrong with each case, in sentences that begin with its id. */
export function findings({ cases }) {
  const ids = cases.map(({ id }) => id);
  return cases.flatMap((each, i) =>
    problems(each, ids.indexOf(each.id) < i).map((problem) => `${each.id}: ${problem}`),
  );
}

function problems({ id, input, json, checks }, isTwice) {
  const found = [];
  if (!NAME.test(id)) found.push('the id is not in snake_case.');
  if (isTwice) found.push('another case has this id.');
  if (json && !isJson(input)) found.push('the input is not JSON.');
  if (checks.every(({ required }) => !required)) found.push('no check is required, so nothing could fail.');
  for (const { kind, value } of checks) {
    if (kind === 'regex' && !isPattern(value)) found.push(`the pattern cannot be read: ${value.slice(0, 100)}`);
    if (kind === 'contains' && input.includes(value) && value.length > 40)
      found.push('a check only looks for the input.');
  }
  return found;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Patterns are read by an engine without look-around and back-references. */
function isPattern(text) {
  if (/\(\?[=!<]|\\[1-9]/.test(text)) return false;
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Cases without findings, as lines of a file. */
export function handOver({ skill, cases, findings: found }) {
  const wrong = new Set(found.map((finding) => finding.slice(0, finding.indexOf(': '))));
  const lines = cases.filter(({ id }) => !wrong.has(id)).map(lineOf);
  return { skill, lines, findings: found, text: lines.map((line) => `${line}\n`).join('') };
}

const CHECKS = {
  contains: (value) => ({ contains: { all: [value] } }),
  lacks: (value) => ({ contains: { none: [value] } }),
  regex: (value) => ({ regex: { pattern: value } }),
  judge: (value) => ({ judge: { rubric: value } }),
};

function lineOf({ id, input, json, tags, must_pass, checks }) {
  return JSON.stringify({
    id,
    input: json ? JSON.parse(input) : input,
    checks: checks.map(({ kind, value, required, text }) => ({ ...CHECKS[kind](value), required, text })),
    ...(tags.length === 0 ? {} : { tags }),
    ...(must_pass ? { must_pass: true } : {}),
  });
}

export const drafted = ({ skill, lines, findings }) => ({ skill, lines, findings });
