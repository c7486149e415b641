import { askUser } from './ask-user.ts';
import { deleteFile } from './delete-file.ts';
import { editFile } from './edit-file.ts';
import { globFiles } from './glob-files.ts';
import { grepFiles } from './grep-files.ts';
import { indexDrop } from './index-drop.ts';
import { indexWrite } from './index-write.ts';
import { judgeOutput } from './judge-output.ts';
import { lintSkillOp } from './lint-skill.ts';
import { listRuns } from './list-runs.ts';
import { listSkills } from './list-skills.ts';
import { mcpOp } from './mcp.ts';
import type { Op } from './op.ts';
import { readFile } from './read-file.ts';
import { recallOp } from './recall.ts';
import { runSkill } from './run-skill.ts';
import { sandboxedExec } from './sandboxed-exec.ts';
import { webFetch } from './web-fetch.ts';
import { webSearch } from './web-search.ts';
import { writeFile } from './write-file.ts';

/**
 * Every op of the kernel, in the order models and the reference see them.
 * @param all the whole list they become part of: lint knows which ops a skill may name.
 */
export function kernelOps(all: () => readonly Op[]): readonly Op[] {
  return [
    readFile,
    globFiles,
    grepFiles,
    writeFile,
    editFile,
    deleteFile,
    askUser,
    sandboxedExec,
    webFetch,
    webSearch,
    mcpOp,
    runSkill,
    listSkills,
    listRuns,
    recallOp,
    indexWrite,
    indexDrop,
    judgeOutput,
    lintSkillOp(all),
  ];
}

/** The ops of the kernel alone. */
export const OPS: readonly Op[] = kernelOps(() => OPS);
