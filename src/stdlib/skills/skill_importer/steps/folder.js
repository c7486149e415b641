const MOST_FILES = 20;
/** Characters of all files together. */
const MOST_TEXT = 120_000;
const TEXT = /\.(?:md|markdown|txt|rst|ya?ml|json|toml|py|js|ts|sh)$/i;
/** Exams of a skill are not its instructions. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|evals?|tests?|__pycache__|\.[^/]*)(?:\/|$)/;

/** The folder, and what the skill is to be called. */
export function place({ text, path, name }) {
  const folder = (path ?? text).trim().replace(/^(?:\.\/+)+|\/+$/g, '');
  return { path: folder, name: name ?? nameOf(folder) };
}

function nameOf(folder) {
  const words = (folder.split('/').at(-1) ?? '').toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join('_').slice(0, 64).replace(/_$/, '') || 'imported_skill';
}

const rank = (path) => (/(?:^|\/)skill\.md$/i.test(path) ? 0 : /\.(?:md|markdown|txt|rst)$/i.test(path) ? 1 : 2);

/** Paths worth reading, the most telling first. */
export function telling({ path, name, seen }) {
  const below = (file) => (file.startsWith(`${path}/`) ? file.slice(path.length + 1) : file);
  const files = seen.files
    .filter((file) => TEXT.test(file) && !LEFT_OUT.test(below(file)))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  if (files.length === 0) throw new Error(`there is no text file in "${path}"`);
  return { path, name, files: files.slice(0, MOST_FILES) };
}

export function material({ path, name, texts }) {
  let room = MOST_TEXT;
  const parts = texts.map(({ path: file, text }) => {
    const shown = text.slice(0, Math.max(0, room)).toWellFormed();
    room -= shown.length;
    return `=== ${file}\n${shown}${shown.length < text.length ? '\n… (cut)' : ''}`;
  });
  return {
    name,
    wish: `Do what the skill or the notes from "${path}" are for. Keep their purpose, order and checks; leave out what only their own program needs.`,
    material: parts.join('\n\n'),
  };
}
