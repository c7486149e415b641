import { mean, meanOf, type Scores } from './pool.ts';

/** Variance below which no mean of a case is trusted, however often its runs agree. */
const LEAST_VARIANCE = 0.02;

/**
 * By how many standard errors `rival` is ahead of `holder` on the cases that both were run on. Each case's own mean is drawn
 * towards the mean of all to say how far its runs may scatter (one more run's worth); a score between 0 and 1 scatters at
 * most as a draw with that mean does.
 */
export function lead(holder: Scores, rival: Scores): number {
  const [held, rivals] = [scatter(holder), scatter(rival)];
  let ahead = 0;
  let variance = 0;
  for (const [id, scores] of rival) {
    const of = holder.get(id);
    if (of === undefined) continue;
    ahead += mean(scores) - mean(of);
    variance += held(of) + rivals(scores);
  }
  return variance === 0 ? 0 : ahead / Math.sqrt(variance);
}

/** Variance of the mean of one case's scores. */
function scatter(all: Scores): (scores: readonly number[]) => number {
  const prior = meanOf(all);
  return (scores) => {
    const drawn = (mean(scores) * scores.length + prior) / (scores.length + 1);
    return Math.max(LEAST_VARIANCE, drawn * (1 - drawn)) / scores.length;
  };
}
