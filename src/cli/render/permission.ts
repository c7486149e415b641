import { isObject, type Json } from '../../os/json.ts';
import { clean, type Paint } from '../output.ts';
import { writeDiff } from './diff.ts';

/** How far an answer to a permission question reaches. */
const REACH: Readonly<Record<string, string>> = {
  allow: 'for the rest of this run',
  once: 'for this once',
  always: 'for this version of the skill, in later runs too',
  below: 'this and all beside and below it, in later runs too',
  deny: 'it is not asked again in this run',
};

/** Who wants what of which resource, and of a write what it changes. Nothing is cut: the end of a path may be the point. */
export function aboutLines(about: Json | undefined, paint: Paint): readonly string[] {
  if (!isObject(about) || typeof about.need !== 'string') return [];
  const rows = (['skill', 'phase', 'op', 'resource'] as const).flatMap((key) =>
    typeof about[key] === 'string' ? [`${paint.dim(key.padEnd(9))}${clean(String(about[key]))}`] : [],
  );
  const diff = writeDiff(about as Json, paint);
  return [...rows, ...changeLines(about, paint), ...(diff === undefined ? [] : [diff])];
}

/** What is known of a change of a skill: its verdict, what it may do that it might not, the leave that goes along. */
function changeLines(about: Readonly<Record<string, unknown>>, paint: Paint): readonly string[] {
  const said = (['reason', 'verdict', 'summary', 'receipt', 'replaces', 'unverified'] as const).flatMap((key) => {
    const text = about[key];
    const again = key === 'summary' && text === about.reason;
    return typeof text === 'string' && about.need === 'skill.write' && !again
      ? [`${paint.dim(key.padEnd(9))}${clean(text)}`]
      : [];
  });
  const list = (key: 'loosens' | 'grants', label: string, show: (text: string) => string) => {
    const texts = about[key];
    return Array.isArray(texts) ? texts.map((text) => `${paint.dim(label.padEnd(9))}${show(clean(String(text)))}`) : [];
  };
  return [...said, ...list('loosens', 'looser', paint.yellow), ...list('grants', 'carries', (text) => text)];
}

/** A choice as it is offered, with what it means where that is not said by its name. */
export function choiceLine(kind: string, choice: string, paint: Paint): string {
  const reach = kind === 'permission' ? REACH[choice] : undefined;
  return reach === undefined ? clean(choice) : `${choice.padEnd(7)}${paint.dim(reach)}`;
}
