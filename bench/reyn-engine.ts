import fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../src/os/disk.ts';
import { openReyn } from '../src/reyn.ts';
import { contentOf, type StepEngine } from './step.ts';

/**
 * The skills of `bench/skills` as engines. `steps_by_turn`: the model asks for a write at every turn of one phase.
 * `steps_by_phase`: every step is a visit, whose deterministic step writes what the turn before decided. `decisions`:
 * nothing is written, and the model takes 200 ms.
 */
export type StepsSkill = 'steps_by_turn' | 'steps_by_phase' | 'decisions';

const CONFIG = `model: scripted
limits: { max_phase_visits: 100000, max_turns: 100000, max_ops: 100000, output_bytes: 1000000000 }
policy:
  allow:
    - { need: file.write, resource: out/** }
`;

/** Makes `dir` a project with that one skill. */
export function writeProject(dir: string, skill: StepsSkill): void {
  fs.writeFileSync(join(dir, 'reyn.yaml'), CONFIG);
  fs.cpSync(join(import.meta.dirname, 'skills', skill), join(dir, 'reyn', 'project', skill), { recursive: true });
  fs.mkdirSync(join(dir, 'out'));
}

/** What a run of `steps` steps begins with. */
export function jobOf(skill: StepsSkill, run: string, steps: number): { readonly [key: string]: string | number } {
  const text = contentOf(run, 0);
  switch (skill) {
    case 'steps_by_turn':
      return { run, steps };
    case 'steps_by_phase':
      return { run, steps, path: 'out/note-0.txt', text };
    case 'decisions':
      return { run, steps, text };
  }
}

/** Opens Reyn on a project of its own in `dir`, an empty folder. */
export async function openReynEngine(dir: string, skill: StepsSkill, disk?: Disk): Promise<StepEngine> {
  writeProject(dir, skill);
  const reyn = await openReyn({ root: dir, env: { REYN_TRUST_PROJECT: '1' }, ...(disk === undefined ? {} : { disk }) });
  return {
    run: async (name, steps) => {
      const { status, reason } = await reyn.run(skill, { value: jobOf(skill, name, steps) });
      if (status !== 'finished') throw new Error(`the run ended ${status}: ${reason?.message ?? ''}`);
    },
    close: () => reyn.close(),
  };
}
