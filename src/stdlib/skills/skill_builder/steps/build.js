const NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;
const MAX_NAME = 64;
/** Words that say nothing in a name. */
const EMPTY = [
  'a',
  'an',
  'the',
  'that',
  'which',
  'skill',
  'write',
  'make',
  'me',
  'new',
  'for',
  'to',
  'of',
  'and',
  'into',
];
const NAME_WORDS = 3;
const MOST_FINDINGS = 20;

/** The wish with a name, whatever it came as. */
export function named({ text, name, wish, material = '' }) {
  const chosen = name ?? nameFrom(text);
  if (!NAME.test(chosen) || chosen.length > MAX_NAME) {
    throw new Error(`"${chosen}" is not a skill name: use lower-case letters and digits, words joined by "-" or "_"`);
  }
  return { name: chosen, wish: wish ?? text, material };
}

function nameFrom(text) {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !EMPTY.includes(word)).slice(0, NAME_WORDS);
  return telling.length === 0 ? 'new_skill' : telling.join('_').slice(0, MAX_NAME).replace(/_$/, '');
}

/** Nothing that lies in the place of the skill is ever written over. */
export function isVacant({ name, present }) {
  const [file] = present.files;
  if (file === undefined) return true;
  throw new Error(`there is a skill "${name}" in the project already (${file}); choose another name`);
}

export function vacant({ present, ...rest }) {
  isVacant({ ...rest, present });
  return rest;
}

/** Findings as lines that can be acted on. */
export const sentences = ({ lint }) =>
  lint.findings.slice(0, MOST_FINDINGS).map(({ file, line, rule, message, fix }) => {
    const where = line === undefined ? file : `${file}:${line}`;
    return `${where} ${rule}: ${message}. Fix: ${fix}`;
  });

export const placed = ({ name, skill_md }) => ({
  name,
  files: [`reyn/project/${name}/skill.md`],
  findings: [],
  skill_md,
});

export const unplaced = ({ name, skill_md, findings }) => ({ name, files: [], findings, skill_md });
