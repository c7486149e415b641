import { userInfo } from 'node:os';

/** The person at this process: `REYN_WHO`, else as the operating system calls them. */
export function whoIs(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.REYN_WHO?.trim();
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
