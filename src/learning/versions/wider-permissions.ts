import { matchesHost } from '../../os/network/host-pattern.ts';
import type { Permissions } from '../../os/skills/skill.ts';

/** Whether what `wide` covers takes in all that `narrow` covers. In doubt it does not. */
type Covers = (wide: string, narrow: string) => boolean;

/**
 * Permissions of `to` that none of `from` covers, as sentences. A pattern is compared with each pattern alone: two that
 * cover it together are not put together.
 */
export function widerPermissions(from: Permissions, to: Permissions): readonly string[] {
  const runnable = [...from.skill.run, ...from.skill.delegate];
  const exec = (permissions: Permissions) => permissions.exec.map((argv) => JSON.stringify(argv));
  const tools = ({ mcp }: Permissions) =>
    Object.entries(mcp).flatMap(([server, list]) => list.map((tool) => `${server}/${tool}`));
  const groups: readonly (readonly [string, readonly string[], readonly string[], Covers])[] = [
    ['file.read', from.file.read, to.file.read, coversPath],
    ['file.write', from.file.write, to.file.write, coversPath],
    ['exec', exec(from), exec(to), coversCommand],
    ['net', from.net, to.net, coversHost],
    ['mcp', tools(from), tools(to), coversTool],
    ['skill.run', runnable, to.skill.run, coversName],
    ['skill.delegate', from.skill.delegate, to.skill.delegate, coversName],
    ['skill.write', from.skill.write, to.skill.write, coversName],
    ['recall', from.recall, to.recall, same],
    ['index', from.index, to.index, same],
    ['secret', from.secrets, to.secrets, same],
    ['optional', from.optional, to.optional, same],
  ];
  const added = groups.flatMap(([kind, was, is, covers]) =>
    is
      .filter((pattern) => !was.some((wide) => wide === pattern || covers(wide, pattern)))
      .map((pattern) => sentence(kind, pattern)),
  );
  return [
    ...added,
    ...(to.eval && !from.eval ? ['it may evaluate skills'] : []),
    ...to.python
      .filter(
        ({ module, function: name, timeout }) =>
          !from.python.some(
            (each) =>
              each.module === module &&
              each.function === name &&
              (each.timeout === timeout || (each.timeout ?? 0) >= (timeout ?? Number.POSITIVE_INFINITY)),
          ),
      )
      .map(({ module, function: name }) => `it may python: ${module}:${name}`),
  ];
}

function sentence(kind: string, pattern: string): string {
  if (kind === 'optional') return `it can live with a denied ${pattern}`;
  return `it may ${kind}: ${kind === 'exec' ? (JSON.parse(pattern) as string[]).join(' ') : pattern}`;
}

const same: Covers = (wide, narrow) => wide === narrow;
const coversName: Covers = (wide, narrow) => wide === narrow || wide === '*';

/** Part by part: `*` covers one plain part, `**` at the end all below. What a part can stand for otherwise is in doubt. */
function coversPath(wide: string, narrow: string): boolean {
  if (/[{}[\]!\\]/.test(wide + narrow)) return false;
  const [a, b] = [partsOf(wide), partsOf(narrow)];
  if ((a[0] === '') !== (b[0] === '')) return false;
  if (b.some((part, at) => part === '..' || part === '.' || (part === '' && at > 0))) return false;
  for (const [at, part] of a.entries()) {
    if (part === '**') return at === a.length - 1 && b.length >= at;
    const other = b[at];
    if (other === undefined || (part !== other && !(part === '*' && other !== '**'))) return false;
  }
  return a.length === b.length;
}

function partsOf(pattern: string): readonly string[] {
  const plain = pattern.replace(/^(\.\/)+/, '');
  return (plain.endsWith('/') ? `${plain}**` : plain).split('/');
}

/** Commands as JSON lists of words. */
function coversCommand(wide: string, narrow: string): boolean {
  const [a, b] = [JSON.parse(wide) as string[], JSON.parse(narrow) as string[]];
  if (a[0] !== b[0] || b[0] === '*' || b[0] === '**') return false;
  const open = a.at(-1) === '**';
  const words = open ? a.slice(0, -1) : a;
  if (open ? b.length < words.length : b.length !== words.length) return false;
  return words.every((word, at) => word === b[at] || (word === '*' && b[at] !== '**'));
}

function coversHost(wide: string, narrow: string): boolean {
  return !narrow.includes('*') && matchesHost(wide, narrow);
}

function coversTool(wide: string, narrow: string): boolean {
  return wide.endsWith('/*') && narrow.startsWith(wide.slice(0, -1));
}
