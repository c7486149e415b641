/** What one read gives whole, in bytes: a character has at least one. */
const ONE_READ = 30_000;
/** Aimed at for a part of a longer file, so that uneven lines fit into one read, too. */
const PART = 12_000;
/** Bytes of a line from which on parts by lines may be longer than one read. */
const LONG_LINE = ONE_READ / 4;
/** Ops of one run, as far as its limit (500) leaves them for files. */
const MOST_OPS = 480;

/** Patterns from a message, separated by white space, or as given. */
export function patterns({ text, paths, fresh = false }) {
  const all = paths ?? text.split(/\s+/).filter((part) => part !== '');
  if (all.length === 0) throw new Error('there is no pattern; write for example docs/**/*.md');
  return { paths: all, fresh };
}

export function files({ paths, found, fresh }) {
  const all = [...new Set(found.flatMap(({ files }) => files))].sort();
  if (all.length === 0) throw new Error(`no file matches ${paths.join(' ')}`);
  insist(all.length);
  return { files: all, fresh };
}

/** One run has so many ops; more files are several runs. */
function insist(ops) {
  if (ops <= MOST_OPS) return;
  throw new Error(
    `these files take ${ops} ops and one run has ${MOST_OPS} for them; narrow the patterns and run it more than once`,
  );
}

/** How each file is read: whole, by ranges of lines, or not at all. */
export function plan({ files, sizes, fresh }) {
  const known = files.map((path, i) => ({ path, ...sizes[i] }));
  const readable = known.filter(({ bytes }) => bytes !== undefined);
  const long = readable.filter(({ bytes }) => bytes > ONE_READ);
  const whole = readable.filter(({ bytes }) => bytes <= ONE_READ && bytes > 0).map(({ path }) => path);
  const parts = long.flatMap(ranges);
  insist(files.length + 2 * (whole.length + parts.length));
  return {
    fresh,
    skipped: known.filter(({ bytes }) => bytes === undefined).map(({ path }) => path),
    cut: long.filter(({ bytes, lines }) => bytes / lines > LONG_LINE).map(({ path }) => path),
    whole,
    parts,
  };
}

function ranges({ path, bytes, lines }) {
  const step = Math.max(1, Math.floor(PART / (bytes / lines)));
  return Array.from({ length: Math.ceil(lines / step) }, (_, i) => ({
    path,
    from: i * step + 1,
    to: Math.min(lines, (i + 1) * step),
  }));
}

export const source = () => 'docs';

export function count({ source, skipped, cut, written, parts_written }) {
  const all = [...written, ...parts_written];
  const changed = all.reduce((sum, { added, replaced }) => sum + added + replaced, 0);
  return { source, documents: all.length, changed, skipped, cut };
}
