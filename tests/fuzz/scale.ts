/** How often something random is tried: `few` in every test run, `REYN_FUZZ_RUNS` times as often when somebody asks. */
export function runs(few: number): number {
  return few * Number(process.env.REYN_FUZZ_RUNS ?? 1);
}
