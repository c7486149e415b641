import { UserError } from './os/errors.ts';
import type { ProjectEvent } from './os/events/event.ts';
import { derivedId } from './os/ids.ts';
import { canonicalJson, type Json, sha256 } from './os/json.ts';
import type { Asking } from './os/kernel/ports.ts';
import type { ProposalsHandle } from './os/ops/improvement.ts';
import type { Project } from './os/runs/project.ts';

/** Something that was proposed to people, and that changes nothing by itself. */
export type Proposal = {
  readonly id: string;
  /** `eval_edit`: of what a skill is judged by; `skill_edit`: of its text. */
  readonly kind: string;
  /** Name of the skill. */
  readonly subject: string;
  readonly title: string;
  readonly body: Json;
  /** The run that made it, and the skill that ran. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
};

export type Proposing = {
  handle(asking: Asking): ProposalsHandle;
  readonly api: ProposalsApi;
};

export type ProposalsApi = {
  /** The newest first; of one skill, where it is named. */
  list(subject?: string): readonly Proposal[];
  /** By id, or the beginning of one. @throws UserError `not_found`, `ambiguous`. */
  get(id: string): Proposal;
};

export type ProposingDeps = {
  readonly project: () => Pick<Project, 'store'>;
  /** Facts by the beginning of their type; those of the project log if absent. */
  readonly facts?: (prefix: string) => readonly ProjectEvent[];
};

/** Proposals of one project: `proposal_made` in its log. Nothing is read before something is asked for. */
export function openProposing({
  project,
  facts = (prefix) => project().store.facts(prefix),
}: ProposingDeps): Proposing {
  const all = () => facts('proposal_made').flatMap(proposalOf);
  return {
    handle: ({ run, step, skill }) => ({
      plan: async (made) => {
        const id = derivedId('proposal', run, step);
        const data = { id, ...made, by: `${skill} (run ${run})` };
        return {
          path: `proposal:${id}`,
          pre: null,
          post: sha256(canonicalJson(data)),
          result: { id },
          commit: async () => {
            await project().store.appendProject({ type: 'proposal_made', data });
          },
        };
      },
      remains: async ({ path }) =>
        all().some(({ id }) => path === `proposal:${id}`) ? { left: 'all' } : { left: 'nothing' },
    }),
    api: {
      list: (subject) =>
        all()
          .filter((each) => subject === undefined || each.subject === subject)
          .reverse(),
      get: (id) => {
        const found = id === '' ? [] : all().filter((each) => each.id.startsWith(id.toLowerCase()));
        const [only, second] = found;
        if (only === undefined) {
          throw new UserError('not_found', `there is no proposal "${id}"`, {
            hint: '`reyn proposals list` shows what there is.',
          });
        }
        if (second === undefined) return only;
        throw new UserError('ambiguous', `"${id}" is the beginning of several proposals`, {
          hint: 'Give more characters.',
        });
      },
    },
  };
}

function proposalOf(fact: ProjectEvent): Proposal[] {
  if (fact.type !== 'proposal_made') return [];
  const { body, ...rest } = fact.data;
  return [{ ...rest, body: body as Json, at: fact.ts }];
}
