import type { DriveOptions, GrantEntry, NewGrant, OpOutcome, PolicyAnswer, PolicyQuestion, Reyn } from './api.ts';
import { EXIT, UserError } from './os/errors.ts';
import type { Json, JsonObject } from './os/json.ts';
import { localArgs } from './os/ops/local-args.ts';
import type { Op } from './os/ops/op.ts';
import type { DecisionContext } from './os/permissions/decide.ts';
import { derive } from './os/permissions/derive.ts';
import type { Need, NeedKind } from './os/permissions/need.ts';
import { patternProblem } from './os/permissions/pattern.ts';
import { needOf } from './os/permissions/resource.ts';
import { targetOf } from './os/permissions/target.ts';
import type { Driving, Project } from './os/runs/project.ts';
import { singleOp } from './os/runs/single-op.ts';
import { startRun } from './os/runs/start.ts';
import type { Skill } from './os/skills/skill.ts';
import { nearest } from './os/suggest.ts';
import { localPath } from './os/workspace/location.ts';

/** What an operator asks of the gate without a run, and single ops sent through it. */
export function openGovernance(
  project: Project,
  driving: (options: DriveOptions) => Driving,
): Pick<Reyn, 'policy' | 'grants' | 'op'> {
  const { catalog, config, grants, ops, root, clock, closed, who, ids } = project;

  function contextFor(skill: Skill, op: Op): DecisionContext {
    const pins = Object.fromEntries(
      Object.entries(config.mcp).flatMap(([name, { pin }]) => (pin ? [[name, pin]] : [])),
    );
    return {
      skill: skill.name,
      fingerprint: skill.fingerprint,
      op: op.kind,
      step: '',
      now: clock.now(),
      permissions: skill.permissions,
      bounds: [],
      policy: config.policy,
      pins,
      grants: grants.list(),
      answers: [],
      blobs: new Set(),
      closed,
      onPropose: config.self_improvement.on_propose,
      isolated: config.sandbox !== 'none',
    };
  }

  function explain({ skill: name, op: kind, resource }: PolicyQuestion): PolicyAnswer {
    const skill = catalog.load(name);
    const op = opNamed(ops, kind);
    const context = contextFor(skill, op);
    const needs = op.needKinds.map((each) => {
      const need = readNeed(each, resource, root);
      const pinned = need.kind === 'mcp' ? { ...need, pin: context.pins[need.server] ?? '' } : need;
      const { decision, steps } = derive(pinned, context);
      return { need: each, resource, ...decision, steps };
    });
    const worst = needs.find(({ verdict }) => verdict === 'deny') ?? needs.find(({ verdict }) => verdict === 'ask');
    const [first] = needs;
    const { verdict, by, reason } = worst ??
      first ?? { verdict: 'allow', by: 'no need', reason: `${kind} needs no permission.` };
    return { skill: name, op: kind, resource, verdict, by, reason, needs };
  }

  return {
    policy: { explain },
    grants: {
      list: () => grants.all(),
      add: async (asked) => {
        const skill = catalog.load(asked.skill);
        const given = grantOf(asked, root, ops);
        const expires = expiryOf(asked, clock.now());
        return grants.save(
          {
            id: ids.next(),
            skill: skill.name,
            fingerprint: skill.fingerprint,
            ...given,
            ...(asked.pin === undefined ? {} : { pin: asked.pin }),
            who,
            ...(asked.words === undefined ? {} : { words: asked.words }),
          },
          expires,
        );
      },
      revoke: async (reference, why = 'taken back') => grants.revoke(oneGrant(grants.all(), reference), why, who),
      prune: async () => {
        const dead = grants
          .all()
          .filter(({ state }) => state !== 'revoked')
          .flatMap((record) => {
            const why = whyDead(record, (name) => versionOf(project, name));
            return why === undefined ? [] : [{ id: record.grant.id, why }];
          });
        for (const { id, why } of dead) await grants.revoke(id, why, who);
        return dead;
      },
    },
    op: async (kind, args, { as, ...options } = {}) => {
      const op = opNamed(ops, kind);
      const local = localArgs(ops, kind, args, (path) => localPath(root, path)) as JsonObject;
      const skill = as === undefined ? undefined : catalog.load(as);
      const opened = singleOp(op, local, skill?.permissions);
      const acting = skill === undefined ? {} : { as: { skill: skill.name, skill_version_hash: skill.fingerprint } };
      const outcome = await startRun(project, opened, { value: { args: local } }, acting, driving(options));
      return opOutcome(outcome);
    },
  };
}

function opOutcome(outcome: Awaited<ReturnType<typeof startRun>>): OpOutcome {
  const { artifact, denied, ...rest } = outcome;
  const held = artifact?.artifact as { result?: Json } | undefined;
  const [first] = denied;
  const verdict =
    first !== undefined
      ? 'denied'
      : outcome.status === 'waiting'
        ? 'asked'
        : outcome.exit === EXIT.done
          ? 'done'
          : 'failed';
  return { ...rest, denied, verdict, ...(held?.result === undefined ? {} : { result: held.result }) };
}

function opNamed(ops: readonly Op[], kind: string): Op {
  const op = ops.find((each) => each.kind === kind);
  if (op !== undefined) return op;
  const kinds = ops.map((each) => each.kind);
  const meant = nearest(kind, kinds);
  throw new UserError('usage', `there is no op "${kind}"`, {
    hint: meant === undefined ? `Ops: ${kinds.join(', ')}.` : `Did you mean "${meant}"?`,
  });
}

function readNeed(kind: NeedKind, resource: string, root: string): Need {
  const isPath = kind === 'file.read' || kind === 'file.write';
  const need = needOf(kind, isPath ? localPath(root, resource) : resource);
  if (!('problem' in need)) return need;
  throw new UserError('usage', `"${resource}" cannot be the resource of ${kind}: ${need.problem}`, {
    hint: RESOURCES[kind] ?? 'Write its name.',
  });
}

const RESOURCES: Readonly<Record<string, string>> = {
  exec: 'Write a command, e.g. "git log -1".',
  net: 'Write a host or a URL.',
  mcp: 'Write "server/tool".',
  python: 'Write "module:function".',
};

/** What a grant is about: `out/**`, `git log **` and `server/*` are subtrees, everything else is exact. */
function grantOf(asked: NewGrant, root: string, ops: readonly Op[]) {
  const { need: kind, resource } = asked;
  const problem = patternProblem(kind, resource);
  if (problem !== undefined) throw new UserError('usage', `"${resource}" cannot be granted: ${problem}`);
  if (asked.op !== undefined) opNamed(ops, asked.op);
  const tail = { exec: ' **', mcp: '/*' }[kind as string] ?? '/**';
  const subtree = resource.endsWith(tail) ? resource.slice(0, -tail.length) : undefined;
  const bare = subtree ?? resource;
  if (/[*?[\]{}]/.test(bare) && kind !== 'exec') {
    throw new UserError('usage', `"${resource}" is a pattern, and a grant is about one resource or all below one`, {
      hint: 'Write it like "out/a.md" or "out/**"; patterns belong into rules of `policy.allow`.',
    });
  }
  const need = readNeed(kind, kind === 'mcp' && subtree !== undefined ? `${bare}/*` : bare, root);
  const target = targetOf(need);
  if ('refused' in target) throw new UserError('usage', target.refused);
  if (subtree === undefined) return { need: kind, ...opOf(asked), resource: target.resource, scope: 'exact' as const };
  const top = kind === 'mcp' ? bare : target.resource;
  if (top === '.' || top === '')
    throw new UserError('usage', 'everything cannot be granted', { hint: 'Name a folder.' });
  return { need: kind, ...opOf(asked), resource: top, scope: 'subtree' as const };
}

function opOf({ op }: NewGrant): { op?: string } {
  return op === undefined ? {} : { op };
}

function expiryOf({ until, days }: NewGrant, now: number): string | undefined {
  if (until !== undefined) {
    const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59.999Z` : until);
    if (!(at > now))
      throw new UserError('usage', `"${until}" is no time to come`, { hint: 'Write it like 2027-01-31.' });
    return new Date(at).toISOString();
  }
  if (days !== undefined && days < 1) throw new UserError('usage', 'a grant counts for at least 1 day');
  return days === undefined ? undefined : new Date(now + days * 86_400_000).toISOString();
}

function oneGrant(all: readonly GrantEntry[], reference: string): string {
  const found = all.filter(({ grant, state }) => state !== 'revoked' && grant.id.startsWith(reference.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1 && reference !== '') return only.grant.id;
  const code = found.length > 1 ? 'ambiguous' : 'not_found';
  throw new UserError(code, `${found.length > 1 ? 'several grants begin' : 'no grant begins'} with "${reference}"`, {
    hint: '`reyn grants list` shows what there is.',
  });
}

function versionOf(project: Project, name: string): string | undefined {
  try {
    return project.catalog.load(name).fingerprint;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Why a grant can count no more; `undefined` when it can. */
function whyDead({ grant, state }: GrantEntry, version: (skill: string) => string | undefined): string | undefined {
  if (state === 'expired') return 'it has expired';
  if (state === 'foreign') return 'it was not signed on this machine';
  const now = version(grant.skill);
  if (now === undefined) return `the skill ${grant.skill} is not there or does not load`;
  return now === grant.fingerprint ? undefined : `the skill ${grant.skill} has changed`;
}
