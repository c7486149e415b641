import { describe, expect, it } from 'vitest';
import { type Disk, nodeDisk } from '../../../src/os/disk.ts';
import { inProject } from '../../project.ts';

const SKILL = `---
type: skill
name: note
description: Writes notes.
artifacts:
  place: { path: string }
---
## phase: note

\`\`\`yaml
input: user_message
allowed_ops: [write_file]
\`\`\`

Write the note.
`;

const write = (turn: number) => ({
  match: { turn },
  turn: { ops: [{ kind: 'write_file', args: { path: `work:/${turn}.md`, content: 'a note' } }] },
});
const RULES = [write(1), write(2), write(3), { turn: { finish: { path: 'work:/3.md' } } }];

/** A disk that takes nothing more for run logs while `isFull()`, until its reserve is given up. */
function fillingDisk(isFull: () => boolean): Disk {
  let freed = false;
  return {
    ...nodeDisk,
    remove: (path) => {
      if (path.endsWith('reserve')) freed = true;
      nodeDisk.remove(path);
    },
    write: (file, bytes) => {
      if (isFull() && !freed && file.path.endsWith('events.jsonl')) {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      }
      return nodeDisk.write(file, bytes);
    },
  };
}

describe('a run whose disk is full', () => {
  it('says so in its log, and goes on when there is room again', async () => {
    let isFull = false;
    await inProject(
      { skills: { note: { md: SKILL, rules: RULES } }, open: { disk: fillingDisk(() => isFull) } },
      async ({ run, reopen, types }) => {
        let turns = 0;
        const outcome = await run('note', 'go', {
          onEvent: ({ type }) => {
            if (type === 'turn_acted' && ++turns === 2) isFull = true;
          },
        });
        expect(outcome).toMatchObject({ status: 'interrupted', exit: 7, reason: { code: 'disk' } });
        expect(types(outcome.run).at(-1)).toBe('run_interrupted');
        isFull = false;
        const reyn = await reopen({ disk: nodeDisk });
        expect(await reyn.resume(outcome.run)).toMatchObject({ status: 'finished', exit: 0 });
        expect(reyn.verify()).toMatchObject({ ok: true });
      },
    );
  });
});
