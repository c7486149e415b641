import type { ExecLimits } from './config.ts';

/** What programs are held to where nothing else is said. */
export const EXEC_DEFAULTS: ExecLimits = {
  seconds: 60,
  cpu_seconds: 60,
  memory_mb: 2048,
  output_kb: 1024,
  file_mb: 100,
  processes: 256,
};
