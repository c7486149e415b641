/** How often the judge is asked, where nobody says so. */
const REPEATS = 3;
/** From this mean on work passes, where nobody says so. */
const PASS = 0.7;

export const rounds = ({ repeats = REPEATS }) => Array.from({ length: repeats }, (_, i) => i + 1);

export function settle({ verdicts, pass = PASS }) {
  const scores = verdicts.map(({ score }) => score);
  const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
  const score = Number(mean.toFixed(9)); // 0.7 three times is 0.7, and passes where 0.7 is asked for
  const far = (verdict) => Math.abs(verdict.score - score);
  const [nearest] = [...verdicts].sort((a, b) => far(a) - far(b));
  return {
    score,
    low: Math.min(...scores),
    high: Math.max(...scores),
    passed: score >= pass,
    reasons: nearest.reasons,
  };
}
