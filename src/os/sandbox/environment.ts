/**
 * Settings of git that hold whatever repository it finds: nothing of the machine's or the person's own, no program
 * that a repository names, no question to a terminal. Owners of files differ inside, so that its check of them says
 * nothing.
 */
const GIT: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'],
  ['safe.bareRepository', 'explicit'],
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.sshCommand', 'false'],
  ['credential.helper', ''],
  ['protocol.ext.allow', 'never'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_CONFIG_COUNT: String(GIT.length),
  ...Object.fromEntries(
    GIT.flatMap(([key, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ),
};

/** The whole environment of a program: what was asked for, and over it what the sandbox itself says. */
export function environment(
  asked: Readonly<Record<string, string>>,
  places: { readonly path: readonly string[]; readonly home: string; readonly tmp: string },
): Readonly<Record<string, string>> {
  return {
    ...asked,
    ...GIT_ENVIRONMENT,
    PATH: places.path.join(':'),
    HOME: places.home,
    LANG: 'C.UTF-8',
    TMPDIR: places.tmp,
  };
}
