/**
 * The files with the edits that can be applied, one after the other, and what could not be and why. Eval files are none
 * of the skill's text: an edit of one is left out.
 */
export function applied({ skill, files, edits }) {
  const texts = { ...files };
  const left = [];
  const done = [];
  for (const edit of edits) {
    const problem = problemOf(edit, texts);
    if (problem === undefined) {
      texts[edit.file] = edited(edit, texts[edit.file]);
      done.push(edit);
    } else left.push(`${edit.do} in ${edit.file}: ${problem}`);
  }
  const changed = Object.entries(texts).map(([path, text]) => ({ path, text }));
  return { changed, left, edits: done, dir: `work:/tried/${nameOf(changed)}/${skill}` };
}

const EXAM = /^(?:eval\.md|evals(?:\/|$))/i;

function problemOf({ file, do: what, anchor, text }, texts) {
  const parts = file.split('/');
  if (file.startsWith('/') || file.includes('\\') || parts.some((part) => part === '' || part.startsWith('.'))) {
    return 'that is no path in the folder of the skill';
  }
  if (EXAM.test(file) || parts[0] === 'shared') return 'that is no file of the skill itself';
  if (what !== 'delete' && text === undefined) return 'there is no text';
  const before = texts[file];
  if (before === undefined) return what === 'add' && anchor === undefined ? undefined : 'there is no such file';
  if (anchor === undefined) return what === 'add' ? undefined : 'there is no anchor';
  const times = before.split(anchor).length - 1;
  if (times === 1) return undefined;
  return times === 0 ? 'the anchor does not stand in it' : `the anchor stands in it ${times} times`;
}

function edited({ do: what, anchor, text }, before = '') {
  if (what === 'add') return added(before, text, anchor);
  const at = before.indexOf(anchor);
  const head = before.slice(0, at);
  const tail = before.slice(at + anchor.length);
  if (what === 'replace') return head + text + tail;
  // a line that is taken away whole leaves no empty one behind
  const whole = (head === '' || head.endsWith('\n')) && tail.startsWith('\n') && !anchor.endsWith('\n');
  return head + (whole ? tail.slice(1) : tail);
}

/** The text on lines of its own: after the line in which the anchor ends, or at the end. */
function added(before, text, anchor) {
  const lines = text.endsWith('\n') ? text : `${text}\n`;
  if (before === '') return lines;
  if (anchor === undefined) return `${before}${before.endsWith('\n') ? '' : '\n'}${lines}`;
  const end = before.indexOf('\n', before.indexOf(anchor) + anchor.length - 1);
  if (end === -1) return `${before}\n${lines}`;
  return before.slice(0, end + 1) + lines + before.slice(end + 1);
}

/** A name for a folder: different texts lie in different ones. */
function nameOf(changed) {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (const char of JSON.stringify(changed)) {
    const code = char.codePointAt(0);
    a = Math.imul(a ^ code, 0x01000193) >>> 0;
    b = Math.imul(b ^ code, 0x85ebca6b) >>> 0;
  }
  return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0');
}
