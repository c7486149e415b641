import type { Project } from '../../os/runs/project.ts';
import type { NoSandbox, Sandbox } from '../../os/sandbox/port.ts';
import { judgeOf } from './ask-judge.ts';
import type { EvalSet } from './case.ts';
import type { ScoreTools } from './scorers/scorer.ts';

type ToolSetting = {
  readonly project: Project;
  readonly sandbox: () => Sandbox | NoSandbox;
  readonly set: EvalSet;
  /** Folder of the skill, as its source names it. */
  readonly dir: string;
};

/** What scorers of a session have of the world. */
export function scoreTools({ project, sandbox, set, dir }: ToolSetting): Omit<ScoreTools, 'signal'> {
  const { exec } = project.config;
  return {
    sandbox,
    limits: {
      wallMs: exec.seconds * 1000,
      cpuSeconds: exec.cpu_seconds,
      memoryBytes: exec.memory_mb * 1024 ** 2,
      outputBytes: exec.output_kb * 1024,
      fileBytes: exec.file_mb * 1024 ** 2,
      processes: exec.processes,
    },
    js: project.js,
    ask: judgeOf(project, dir),
    modules: set.modules ?? {},
    ...(set.dir === undefined ? {} : { evals: set.dir }),
  };
}
