import { END } from '../../skills/skill.ts';
import { defineFamily, type Subject } from '../rule.ts';

/** The limits a skill sets for itself leave it a way to finish. */
export const limits = defineFamily({
  rules: [
    {
      id: 'limits/cannot-finish',
      severity: 'error',
      finds: 'a limit so low that no run can reach `end`',
      why: 'Every run stops at the limit.',
      fix: 'Raise the limit, or delete it; config has limits of its own.',
    },
  ],
  *check(subject) {
    const { skill, map } = subject;
    const turns = fewestTurns(subject);
    if (turns === undefined || turns === 0) return;
    const needed = { max_turns: turns, tokens: 1, seconds: Number.MIN_VALUE, max_phase_visits: 1 };
    for (const key of Object.keys(needed) as (keyof typeof needed)[]) {
      const limit = skill.limits[key];
      if (limit === undefined || limit >= needed[key]) continue;
      const least = `the shortest way to ${END} takes ${turns} ${turns === 1 ? 'turn' : 'turns'} of a model`;
      yield {
        rule: 'limits/cannot-finish',
        place: map.skillPlace('limits', key),
        message: `\`${key}: ${limit}\` lets no run finish: ${least}`,
        fix: key === 'max_turns' ? `Raise it to ${turns} at least, or delete it.` : 'Raise it, or delete it.',
      };
    }
  },
});

/** Turns on the way from the entry to the end that needs the fewest; `undefined` when there is no way. */
function fewestTurns({ skill, map }: Subject): number | undefined {
  const costs = new Map(map.phases.map(({ name, modelClass }) => [name, modelClass === 'none' ? 0 : 1]));
  const least = new Map<string, number>();
  let round = [skill.entry];
  for (let turns = 0; round.length > 0; turns++) {
    const later: string[] = [];
    for (let name = round.pop(); name !== undefined; name = round.pop()) {
      const cost = costs.get(name) ?? 0;
      if ((least.get(name) ?? Number.POSITIVE_INFINITY) <= turns) continue;
      least.set(name, turns);
      if (name === END) continue;
      for (const { to } of map.edges(name)) (cost === 0 ? round : later).push(to);
    }
    round = later;
  }
  return least.get(END);
}
