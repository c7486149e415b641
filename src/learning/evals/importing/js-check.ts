import { Script } from 'node:vm';
import type { Json, JsonObject } from '../../../os/json.ts';

/** Functions of one file, each from the text of an assertion. */
export type JsChecks = {
  /** @returns the name of the export, or why it cannot be one: a sentence. */
  add(
    code: string,
    context: JsonObject,
    threshold: number | undefined,
  ): { readonly name: string } | { readonly why: string };
  /** The whole file; `undefined` when there is nothing in it. */
  source(): string | undefined;
};

const OUTSIDE = /\b(require|import|process|fetch|await|async|setTimeout|module|exports)\b/;

const HEAD = `// Written by \`reyn eval import\`. Each function is an assertion of the file that was imported.
const outputOf = (value) => {
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [];
  const only = members.length === 1 && typeof members[0] !== 'object' ? members[0] : value;
  return typeof only === 'number' || typeof only === 'boolean' ? String(only) : only;
};
const within = (score) => Math.min(1, Math.max(0, score));
const graded = (said, threshold) => {
  if (typeof said === 'number') {
    const holds = threshold === undefined ? said > 0 : said >= threshold;
    return { score: holds ? within(said) || 1 : 0, why: \`the score is \${said}\` };
  }
  if (typeof said !== 'object' || said === null) return said;
  return { score: said.pass ? within(Number(said.score)) || 1 : 0, why: String(said.reason ?? '') };
};
`;

export function openJsChecks(): JsChecks {
  const functions = new Map<string, string>();
  return {
    add(code, context, threshold) {
      const text = code.trim();
      if (text.startsWith('file://'))
        return { why: 'It is in a file of its own; put the function into evals/ and name it with `js`.' };
      const outside = OUTSIDE.exec(text)?.[1];
      if (outside !== undefined) return { why: `It uses "${outside}", and what is isolated has nothing of the kind.` };
      const body = [`return (${text.replace(/;+\s*$/, '')}\n);`, text].find(isFunction);
      if (body === undefined) return { why: 'It is neither an expression nor the body of a function.' };
      const whole = `({ value }) {
  const output = outputOf(value);
  const context = ${JSON.stringify(context as Json)};
  const said = (() => {
    ${body}
  })();
  return graded(said, ${threshold});
}
`;
      const name = functions.get(whole) ?? `check${functions.size + 1}`;
      functions.set(whole, name);
      return { name };
    },
    source() {
      if (functions.size === 0) return undefined;
      return [HEAD, ...[...functions].map(([whole, name]) => `export function ${name}${whole}`)].join('\n');
    },
  };
}

/** Whether this is the body of a function that gives something back. It is looked at, never run. */
function isFunction(body: string): boolean {
  if (!/\breturn\b/.test(body)) return false;
  try {
    new Script(`'use strict'; (() => {${body}\n})`);
    return true;
  } catch {
    return false;
  }
}
