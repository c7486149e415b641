import { UserError } from '../../os/errors.ts';
import type { ProjectEvent } from '../../os/events/event.ts';
import { OpError } from '../../os/op-error.ts';
import type { Project } from '../../os/runs/project.ts';
import type { EvalCase, EvalSet } from '../evals/case.ts';
import type { OpenSession, Session } from '../evals/session.ts';
import type { Splits } from '../evals/splits.ts';
import { type Book, openedFrom, readBook, type SearchSettings, searchEvents } from './book.ts';
import type { Looks } from './offer.ts';
import type { PlannedEngine } from './plan.ts';

/** What searches of one project share. */
export type SearchRoom = {
  readonly project: Project;
  readonly open: OpenSession;
  /** Eval files of a skill. @throws UserError. */
  readonly set: (skill: string) => EvalSet;
  readonly engines: Readonly<Record<string, PlannedEngine>>;
  /** Facts of the project log by the beginning of their type. */
  readonly facts: (prefix: string) => readonly ProjectEvent[];
  readonly looks: Looks;
  /** What a person should know before anything is spent. */
  readonly foreseen: (set: EvalSet, splits: Splits) => Promise<readonly string[]>;
};

/** @throws OpError `usage`. */
export function engineIn({ engines }: SearchRoom, name: string): PlannedEngine {
  const engine = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (engine === undefined) throw new OpError('usage', `There is no engine "${name}".`);
  return engine;
}

/** @throws OpError `not_found`. */
export function bookIn(room: SearchRoom, id: string): Book {
  const events = searchEvents(room.project.root, id);
  if (events.length === 0) throw new OpError('not_found', `There is no search "${id}".`);
  return readBook(events, (name) => engineIn(room, name));
}

/** The session of a search, which is begun where there is none yet. */
export async function sessionIn(
  { open, set }: SearchRoom,
  id: string,
  settings: SearchSettings,
  by: string,
): Promise<Session> {
  return open({
    id,
    begin: true,
    what: 'search',
    skill: settings.skill,
    baseline: openedFrom(settings.pack),
    model: settings.model ?? undefined,
    cases: settings.train.length + settings.dev.length,
    settings,
    by,
    set: asOpError(() => set(settings.skill)),
    reuse: false,
  });
}

/** Train and dev cases by id. @throws OpError `integrity` when the eval files are not those the search began with. */
export function casesIn({ set }: SearchRoom, { settings }: Book): ReadonlyMap<string, EvalCase> {
  const { skill, train, dev } = settings;
  const now = asOpError(() => set(skill));
  if (now.digest !== settings.set.digest) {
    throw new OpError('integrity', `The eval files of ${skill} were changed during the search; begin a new one.`);
  }
  const open = new Set([...train, ...dev]);
  return new Map(now.cases.filter(({ id }) => open.has(id)).map((each) => [each.id, each]));
}

/** What is the user's fault, told to whoever asked by an op. @throws OpError `usage`. */
export function asOpError<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new OpError('usage', [error.message, error.hint].filter((part) => part !== undefined).join(' '));
  }
}
