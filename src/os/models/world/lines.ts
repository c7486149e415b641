/** Lines of a text that say something, an item of a list without its dash. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^[-*] /, ''))
    .filter((line) => line !== '');
}

/** Whether two lines say the same, whatever their case, spacing and last full stop. */
export function sameLine(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(line: string): string {
  return line.toLowerCase().replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/** A template with its names filled in; `${x}` stays where `x` is not among them. */
export function filled(template: string, names: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}
