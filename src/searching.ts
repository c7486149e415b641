import type { EvalSet } from './learning/evals/case.ts';
import type { OpenSession } from './learning/evals/session.ts';
import type { Splits } from './learning/evals/splits.ts';
import { bestOf, type Found } from './learning/search/best-of.ts';
import { readBook, searchEvents } from './learning/search/book.ts';
import { gepa } from './learning/search/gepa.ts';
import { goOn } from './learning/search/go-on.ts';
import { planOffer } from './learning/search/offer-candidate.ts';
import { planOpen } from './learning/search/open-search.ts';
import type { PlannedEngine } from './learning/search/plan.ts';
import { engineIn, type SearchRoom } from './learning/search/search-room.ts';
import { loosens } from './learning/versions/loosens.ts';
import type { ProjectEvent } from './os/events/event.ts';
import type { Asking } from './os/kernel/ports.ts';
import { lintSkill } from './os/lint/lint.ts';
import type { Performed, SearchesHandle, SearchRequest } from './os/ops/improvement.ts';
import { lintOps } from './os/ops/lint-env.ts';
import type { Remains, WriteImages, WritePlan } from './os/ops/write-plan.ts';
import type { Project } from './os/runs/project.ts';
import type { Opened } from './os/skills/catalog.ts';
import { compileSkill } from './os/skills/compile.ts';
import type { Finding } from './os/skills/finding.ts';

export type { Found } from './learning/search/best-of.ts';

export type SearchingDeps = {
  readonly project: () => Project;
  readonly open: OpenSession;
  /** Eval files of a skill. @throws UserError. */
  readonly set: (skill: string) => EvalSet;
  /** Those there are if absent. */
  readonly engines?: Readonly<Record<string, PlannedEngine>>;
  /** Facts by the beginning of their type; those of the project log if absent. */
  readonly facts?: (prefix: string) => readonly ProjectEvent[];
  /** What a person should know before anything is spent, e.g. that so few cases can prove nothing. */
  readonly foreseen?: (set: EvalSet, splits: Splits) => readonly string[];
};

/** Searches of one project for better texts of its skills. */
export type Searching = {
  /** Opens a search, or offers it a candidate; nothing happens before the plan is committed. @throws OpError. */
  plan(asking: Asking, request: SearchRequest): Promise<WritePlan>;
  remains(images: WriteImages): Promise<Remains>;
  /** Goes on with a search until a proposal is wanted or it stops. @throws OpError. */
  evaluate(asking: Asking, request: { readonly search: string }): Promise<Performed>;
  /** @throws OpError `not_found`; `nothing` when no candidate is better than the skill as it was. */
  best(search: string): Promise<Found>;
  /** What an op may do with searches. */
  handle(asking: Asking): SearchesHandle;
};

const ENGINES: Readonly<Record<string, PlannedEngine>> = { gepa, race: gepa };

/** Nothing is read before something is asked for. */
export function openSearching(deps: SearchingDeps): Searching {
  const room = (): SearchRoom => {
    const project = deps.project();
    return {
      project,
      open: deps.open,
      set: deps.set,
      engines: deps.engines ?? ENGINES,
      facts: deps.facts ?? ((prefix) => project.store.facts(prefix)),
      looks: {
        lint: (candidate) => findingsIn(project, candidate),
        loosens: (from, to) => loosens(from.skill, to.skill),
      },
      foreseen: deps.foreseen ?? (() => []),
    };
  };
  const plan: Searching['plan'] = async (asking, request) =>
    'open' in request ? planOpen(room(), asking, request.open) : planOffer(room(), asking, request);
  const remains: Searching['remains'] = async (images) => remainsOf(room(), images);
  return {
    plan,
    remains,
    evaluate: async (asking, { search }) => goOn(room(), asking, search),
    best: async (search) => bestOf(room(), search),
    handle: (asking) => ({ plan: (request) => plan(asking, request), remains }),
  };
}

/** What stands of a search in its log tells what was done of opening it, or of an offer to it. */
function remainsOf(room: SearchRoom, { path }: WriteImages): Remains {
  const [, id = '', offer] = /^search:([^/]+)(?:\/(\d+))?$/.exec(path) ?? [];
  const events = searchEvents(room.project.root, id);
  if (!events.some(({ type }) => type === 'session_opened')) return { left: 'nothing' };
  if (offer === undefined) return { left: 'all' };
  return { left: readBook(events, (name) => engineIn(room, name)).offers >= Number(offer) ? 'all' : 'nothing' };
}

function findingsIn({ ops, catalog }: Project, { source }: Opened): readonly Finding[] {
  const { skill, document, findings } = compileSkill(source);
  if (skill === undefined) return findings;
  const env = {
    ops: lintOps(ops),
    skills: catalog.list().map(({ name }) => name),
    permissionsOf: () => undefined,
    modelClasses: undefined,
  };
  return [...findings, ...lintSkill({ skill, document }, env)];
}
