import { isObject } from '../../json.ts';
import { splitPath } from '../guards.ts';
import { member, type Part, refuse } from '../part.ts';

/** Reports every `${…}` in texts of the value that holds no path. */
export function checkTemplates(part: Part): void {
  const { value } = part;
  if (typeof value === 'string') checkTemplate(part, value);
  else if (Array.isArray(value)) for (const index of value.keys()) checkTemplates(member(part, index));
  else if (isObject(value)) for (const key of Object.keys(value)) checkTemplates(member(part, key));
}

function checkTemplate(part: Part, text: string): void {
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', at + 2)) {
    const close = text.indexOf('}', at);
    const path = close === -1 ? undefined : splitPath(text.slice(at + 2, close));
    if (path !== undefined) continue;
    refuse(part, 'format/template', 'a template in this text holds no path', 'Write "$" and a path in braces.');
    return;
  }
}
