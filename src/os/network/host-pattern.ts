/** Stand-in until the network room lands. */
export function matchesHost(pattern: string, host: string): boolean {
  return pattern === host || pattern === '*';
}
export function hostPatternProblem(_pattern: string): string | undefined {
  return undefined;
}
