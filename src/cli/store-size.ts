import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes and files below `.reyn/`; links are not followed. */
export function storeSize(root: string): { bytes: number; files: number } {
  const total = { bytes: 0, files: 0 };
  const folders = [join(root, '.reyn')];
  for (let dir = folders.pop(); dir !== undefined; dir = folders.pop()) {
    if (lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) {
        total.bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
        total.files++;
      }
    }
  }
  return total;
}
