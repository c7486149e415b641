import type { Config } from '../../os/config/config.ts';
import type { Store } from '../../os/events/port.ts';
import { EVENTS } from '../../os/indexed-source.ts';
import type { ExecPort, Improvement } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { Grant } from '../../os/permissions/grant.ts';
import type { SavedGrants } from '../../os/permissions/saved.ts';
import type { ModelPins, Project } from '../../os/runs/project.ts';
import type { Catalog, Opened } from '../../os/skills/catalog.ts';
import type { Skill } from '../../os/skills/skill.ts';

export type CaseSetting = {
  readonly project: Project;
  /** The session's own. */
  readonly store: Store;
  /** What a run may reach, the version itself among them. */
  readonly skills: ReadonlyMap<string, Opened>;
  /** Patterns of files in the copy that are declared to be written. */
  readonly writes: readonly string[];
  readonly who: string;
  readonly execAt: (root: string) => (workDir: string) => ExecPort;
};

/** The project for one run, given the root of its copy and the models it is to pin. */
export type CaseProject = (root: string, pins: (skill: Skill) => ModelPins) => Project;

/**
 * The project as runs of cases have it: a copy of the files, a store apart, and what the operator lets evaluations do.
 *
 *  - E1 What runs is the version with the skills it reached when it was first looked at.
 *  - E2 Nothing is asked. Allowed is what zones allow, what is declared to be written in the copy, what saved grants of the
 *    baseline say of the copy, and what `eval.allow` names. Grants open nothing outside: no program, host, tool, file.
 *  - E3 It evaluates, improves and indexes nothing and recalls no run: of other runs it knows nothing.
 */
export function caseProject({ project, store, skills, writes, who, execAt }: CaseSetting): CaseProject {
  const shared: Project = {
    ...project,
    store,
    config: caseConfig(project.config, writes),
    who,
    catalog: frozenCatalog(project.catalog, skills),
    grants: cutGrants(project.grants),
    runs: () => ({ runs: [], more: 0 }),
    improvement: NO_IMPROVEMENT,
  };
  return (root, pins) => ({ ...shared, root, exec: execAt(root), pins });
}

function caseConfig(config: Config, writes: readonly string[]): Config {
  const own = writes.map((resource) => ({ need: 'file.write', resource }));
  return {
    ...config,
    on_ask: 'fail',
    policy: { deny: [...config.policy.deny, ...CLOSED], allow: [...config.eval.allow, ...own] },
    self_improvement: { ...config.self_improvement, on_propose: 'disabled' },
  };
}

/** Closed to every run of a case (E3). */
const CLOSED: Config['policy']['deny'] = [
  ...['eval', 'skill.write'].map((need) => ({ need, reason: 'an evaluation starts no other and improves nothing' })),
  { need: 'index', reason: 'nothing is indexed in an evaluation' },
  { need: 'recall', resource: EVENTS, reason: 'an evaluation knows of no other run' },
];

function frozenCatalog(catalog: Catalog, skills: ReadonlyMap<string, Opened>): Catalog {
  const open = (name: string) => skills.get(name) ?? catalog.open(name);
  return { ...catalog, open, load: (name) => open(name).skill, source: (name) => open(name).source };
}

/** Kinds of need that lead out of the copy. */
const EXTERNAL: readonly Grant['need'][] = ['exec', 'net', 'mcp', 'skill.write'];

/** Grants as they were when the first run looked at them: all runs of a version go by the same. */
function cutGrants(grants: SavedGrants): SavedGrants {
  let cut: readonly Grant[] | undefined;
  const isInside = ({ need, resource }: Grant) => !EXTERNAL.includes(need) && !resource.startsWith('/');
  return {
    ...grants,
    canSave: false,
    list: () => {
      cut ??= grants.list().filter(isInside);
      return cut;
    },
  };
}

const refused = () => Promise.reject(new OpError('refused', 'An evaluation starts no other, and improves nothing.'));

const NO_IMPROVEMENT: Improvement = {
  handles: () => ({
    evals: { evaluate: refused, verify: refused },
    searches: { plan: refused, remains: refused },
    versions: { planSave: refused, planApply: refused, remains: refused },
    proposals: { plan: refused, remains: refused },
  }),
  standing: () => Promise.resolve({ proof: 'none', widens: true }),
};
