/** Markdown of the generated pages. */

export type Schema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
};

/** A table of an object's members, nested objects below each other with dotted names. */
export function members(schema: Schema): string {
  const rows = rowsOf(schema, '');
  return rows.length === 0 ? 'No members.' : table(['member', 'type', ''], rows);
}

function rowsOf(schema: Schema, prefix: string): string[][] {
  const direct = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const optional = schema.required?.includes(name) === true ? '' : '?';
    const row = [code(`${prefix}${name}${optional}`), typeText(member), member.description ?? ''];
    return [row, ...rowsOf(member.items?.properties === undefined ? member : member.items, `${prefix}${name}.`)];
  });
  const { additionalProperties: rest } = schema;
  const any = [...Object.values(schema.patternProperties ?? {}), ...(typeof rest === 'object' ? [rest] : [])];
  return [...direct, ...any.flatMap((member) => rowsOf(member, `${prefix}<name>.`))];
}

function typeText({ type, enum: values, const: value, anyOf, items, minLength, maxLength }: Schema): string {
  if (values !== undefined) return values.map((each) => code(String(each))).join(' · ');
  if (value !== undefined) return code(String(value));
  if (anyOf !== undefined) return anyOf.map(typeText).join(' · ');
  if (type === 'array') return `list of ${items === undefined ? 'values' : typeText(items)}`;
  if (type === 'string' && minLength === 64 && maxLength === 64) return 'SHA-256 in hex';
  return type === undefined ? 'any value' : [type].flat().join(' or ');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** A table of names and what they mean. */
export function glossary(head: readonly [string, string], entries: Readonly<Record<string, string>>): string {
  return table(
    head,
    Object.entries(entries).map(([name, means]) => [code(name), means]),
  );
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A fenced block, whatever the text holds. */
export function block(language: string, text: string): string {
  const fence = text.includes('```') ? '````' : '```';
  return `${fence}${language}\n${text.trim()}\n${fence}`;
}
