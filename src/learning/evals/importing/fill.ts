import { getPath, isObject, type Json, type JsonObject } from '../../../os/json.ts';

/** Variables of a test put where `{{name}}` stands, in every text of a value. @returns a sentence when that cannot be done. */
export function fill(value: Json, vars: JsonObject): { readonly value: Json } | { readonly why: string } {
  const problems: string[] = [];
  const filled = walk(value, (text) => fillText(text, vars, problems));
  return problems[0] === undefined ? { value: filled } : { why: problems[0] };
}

function walk(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item as Json, change)]));
}

function fillText(text: string, vars: JsonObject, problems: string[]): Json {
  if (/\{%|\{#/.test(text)) problems.push('It is a template with statements, which are not known here.');
  const alone = /^\{\{\s*([\w.]+)\s*\}\}$/.exec(text)?.[1];
  if (alone !== undefined) return named(alone, vars, problems);
  return text.replace(/\{\{(.*?)\}\}/gs, (_, inside: string) => {
    const name = inside.trim();
    if (!/^[\w.]+$/.test(name)) {
      problems.push(`It computes "${name}", which is not known here.`);
      return '';
    }
    const found = named(name, vars, problems);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function named(name: string, vars: JsonObject, problems: string[]): Json {
  const found = getPath(vars, name.split('.')) as Json | undefined;
  if (found === undefined) problems.push(`There is no variable "${name}".`);
  return found ?? null;
}
