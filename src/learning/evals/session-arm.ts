import { join, resolve } from 'node:path';
import type { Store } from '../../os/events/port.ts';
import { derivedId } from '../../os/ids.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { EvalCase } from './case.ts';
import { type CaseProject, caseProject } from './case-project.ts';
import { caseDigest, closureOf, rowKey } from './closure.ts';
import { type Copies, openCopies } from './copy.ts';
import { type Models, modelsOf } from './models-of.ts';
import type { OpenSessionRequest } from './session.ts';
import { type SessionDeps, VERIFIER } from './session-deps.ts';

/** One version in a session: what all of its runs share, made once. */
export type Arm = {
  readonly version: Opened;
  readonly closure: string;
  readonly models: Models;
  readonly copies: Copies;
  readonly project: CaseProject;
  keyOf(asked: EvalCase, seed: number): string;
  /** The run for a row, and whether there is something of it to go on with. */
  runFor(key: string): string;
};

type ArmSetting = {
  readonly deps: SessionDeps;
  readonly request: OpenSessionRequest;
  readonly scorers: string;
  readonly dir: string;
  readonly store: Store;
};

/** @throws UserError `config`, `untrusted` when there is no model for it. */
export function openArm({ deps, request, scorers, dir, store }: ArmSetting, version: Opened): Arm {
  const { project, execAt } = deps;
  const { root } = project;
  const { digest: closure, skills } = closureOf(version, project.catalog);
  const home = resolve(root, request.baseline.skill.dir);
  const models = modelsOf({ project: { ...project, store }, version, skills, dir: home, model: request.model });
  const copies = openCopies({
    root,
    dir: join(dir, 'copies', version.skill.fingerprint.slice(0, 12)),
    skills: [...skills.values()].map(({ skill }) => skill),
    closed: project.closed,
  });
  const who = request.what === 'verify' ? VERIFIER : project.who;
  const digests = new WeakMap<EvalCase, string>();
  const digestOf = (asked: EvalCase) => {
    const known = digests.get(asked) ?? caseDigest(asked);
    digests.set(asked, known);
    return known;
  };
  return {
    version,
    closure,
    models,
    copies,
    project: caseProject({ project, store, skills, writes: copies.writes, who, execAt }),
    keyOf: (asked, seed) => rowKey({ closure, case: digestOf(asked), scorers, model: models.digest, seed }),
    runFor: (key) => {
      for (let attempt = 1; ; attempt++) {
        const run = derivedId('case', key, String(attempt));
        if (!store.hasRun(run) || copies.has(run)) return run;
      }
    },
  };
}
