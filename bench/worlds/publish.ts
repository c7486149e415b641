import fs from 'node:fs';

const README = new URL('./README.md', import.meta.url);

/** Puts a section in its place in the README of the worlds, between the marks that bear its name. */
export function publishWorld(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const before = fs.readFileSync(README, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`bench/worlds/README.md has no place for ${name}.`);
  fs.writeFileSync(README, `${before.slice(0, from)}${begin}\n${text}\n${before.slice(to)}`);
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [header, header.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(line).join('\n');
}
