import fs from 'node:fs';
import path from 'node:path';

/**
 * A process of its own that swaps a folder for a link and back, for as long as it lives: `flip.ts <folder> <target>
 * [file]`. A file named is in the folder each time that it is one.
 */
const [folder = '', target = '', file] = process.argv.slice(2);
const aside = `${folder}.aside`;
const link = `${folder}.link`;
begin();
process.stdout.write('flipping\n');
for (;;) {
  try {
    if (file !== undefined) fs.writeFileSync(path.join(folder, file), 'x');
    fs.renameSync(folder, aside);
    fs.renameSync(link, folder);
    fs.renameSync(folder, link);
    fs.renameSync(aside, folder);
  } catch {
    begin(); // a write made the folder anew while it was away
  }
}

function begin(): void {
  for (const each of [aside, link]) fs.rmSync(each, { recursive: true, force: true });
  if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    fs.rmSync(folder, { force: true });
    fs.mkdirSync(folder, { recursive: true });
  }
  fs.symlinkSync(target, link);
}
