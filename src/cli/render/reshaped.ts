import type { Reshaped } from '../../api.ts';
import type { Paint } from '../output.ts';
import { patch } from './diff.ts';

/** What a conversion writes, changes and removes: a line a file, or the diff of each. */
export async function showReshaped({ changes, folder }: Reshaped, withDiff: boolean, paint: Paint): Promise<string> {
  const parts: string[] = [];
  for (const { file, before, after } of changes) {
    const what = before === undefined ? paint.green('new    ') : after === undefined ? paint.red('removed') : 'changed';
    const diff = withDiff ? `\n${await patch(file, before ?? '', after ?? '', paint)}\n` : '';
    parts.push(`${what} ${folder}/${file}${diff}\n`);
  }
  return parts.join('');
}
