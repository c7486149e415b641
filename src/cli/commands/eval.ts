import type { Define } from '../cli.ts';
import { defineBuild } from './eval-build.ts';
import { defineCompare } from './eval-compare.ts';
import { defineExport } from './eval-export.ts';
import { defineImport } from './eval-import.ts';
import { defineReport } from './eval-report.ts';
import { defineRun } from './eval-run.ts';

export const define: Define = (command, act) => {
  defineRun(command, act);
  defineReport(command, act);
  defineCompare(command, act);
  defineExport(command, act);
  defineImport(command, act);
  defineBuild(command, act);
};
