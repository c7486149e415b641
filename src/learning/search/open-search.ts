import { derivedId } from '../../os/ids.ts';
import { canonicalJson, type Json, type JsonObject, sha256 } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import type { OpenSearch } from '../../os/ops/improvement.ts';
import type { WritePlan } from '../../os/ops/write-plan.ts';
import { foldLock, isLocked, lockedFact, splitCases } from '../evals/splits.ts';
import { keptHead } from './kept.ts';
import { settingsOf } from './opening.ts';
import { asOpError, type SearchRoom, sessionIn } from './search-room.ts';
import { textsOf } from './told.ts';

/**
 * Plans opening a search: splits the cases, sets what nobody may see aside, and fixes the budget. Its id follows from run
 * and step, so that a step that is done again finds the search it opened.
 * @throws OpError `usage` when there are no cases, too few, or too small a budget.
 */
export async function planOpen(room: SearchRoom, asking: Asking, request: OpenSearch): Promise<WritePlan> {
  const { catalog, store, config } = room.project;
  const baseline = asOpError(() => catalog.open(request.skill));
  const set = asOpError(() => room.set(request.skill));
  const lock = foldLock(room.facts('holdout_locked'), set.skill);
  const splits = splitCases(set.cases, lock);
  const from = baseline.skill.fingerprint;
  const kept = keptHead([...room.facts('head_kept'), ...room.facts('verdict_reached')], request.skill, from);
  const settings = settingsOf({
    request,
    baseline,
    set,
    splits,
    config: config.self_improvement,
    engines: Object.keys(room.engines),
    model: asking.model,
    left: asking.meter.left(),
    head: kept === undefined ? undefined : store.blobs.get(kept.pack).toString('utf8'),
  });
  const search = derivedId(asking.run, asking.step);
  const { train, dev, holdout } = splits;
  const clusters = new Set(holdout.map(({ id }) => splits.clusters.get(id))).size;
  const notes = [
    ...(await room.foreseen(set, splits)),
    ...(kept === undefined ? [] : ['It begins with the best candidate of the search before.']),
  ];
  const result: JsonObject = {
    search,
    skill: request.skill,
    from,
    policy: config.self_improvement.on_propose,
    engine: settings.engine,
    cases: { train: train.length, dev: dev.length, sealed: holdout.length, sealed_clusters: clusters },
    budget: { calls: settings.total, search: settings.calls, verification: settings.total - settings.calls },
    iterations: settings.iterations,
    notes,
    files: textsOf(baseline),
  };
  return {
    path: `search:${search}`,
    pre: null,
    post: sha256(canonicalJson(settings as unknown as Json)),
    result,
    commit: async () => {
      if (!isLocked(lock, set, splits)) await store.appendProject(lockedFact(set, splits));
      const session = await sessionIn(room, search, settings, asking.who);
      await session.close();
    },
  };
}
