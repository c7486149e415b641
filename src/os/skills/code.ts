import { decodeText } from './regular-file.ts';
import type { Report } from './report.ts';
import type { SkillSource } from './source.ts';

const STEPS = 'steps/';

/** Sources of `js` steps by their path in `steps/`. Files of other kinds there belong to other steps. */
export function readCode(source: SkillSource, report: Report): Record<string, string> {
  const code: Record<string, string> = {};
  for (const [file, bytes] of source.files) {
    if (!file.startsWith(STEPS) || !file.endsWith('.js')) continue;
    const text = decodeText(bytes);
    if (text === undefined) report.error('format/not-utf8', file, [], 'the file is not UTF-8', 'Save it as UTF-8.');
    else code[file.slice(STEPS.length)] = text;
  }
  return code;
}
