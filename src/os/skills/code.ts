import { decodeText } from './regular-file.ts';
import type { Report } from './report.ts';
import type { SkillSource } from './source.ts';
import { mainFileOf, SKILL_MD } from './source-paths.ts';

const STEPS = 'steps/';

/**
 * Sources of `js` and `python` steps by their path in `steps/`. Files of other kinds there belong to nobody. Python
 * files beside `steps/`, where the original has them, stand under `../`; one that is not text is none of them.
 */
export function readCode(source: SkillSource, report: Report): Record<string, string> {
  const code: Record<string, string> = {};
  const isFormat = mainFileOf(source) === SKILL_MD;
  for (const [file, bytes] of source.files) {
    const isInside = file.startsWith(STEPS) && /\.(?:js|py)$/.test(file);
    if (!isInside && !(isFormat && file.endsWith('.py') && !file.startsWith('shared/'))) continue;
    const text = decodeText(bytes);
    if (text !== undefined) code[isInside ? file.slice(STEPS.length) : `../${file}`] = text;
    else if (isInside) report.error('format/not-utf8', file, [], 'the file is not UTF-8', 'Save it as UTF-8.');
  }
  return code;
}
