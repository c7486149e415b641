import { isPassword, isTemplate } from './plausible.ts';
import { RANK, type Report } from './spans.ts';

/** Passwords that programs take behind an option that has no name: `curl -u user:password`, `sshpass -p password`. */
const OPTION = / (-u|--user|-p|-a|--pass)(?:[ \t=]{1,4}|(?<=-p))["']?([^\s"'`]{1,256})/y;
const LOOK_BACK = 512;
const PAIRED = new Set(['-u', '--user']);
const PROGRAMS: Readonly<Record<string, RegExp>> = {
  '-u': /\b(?:curl|wget|https?|xh)\b/,
  '--user': /\b(?:curl|wget)\b/,
  '-p': /\b(?:sshpass|(?:docker|podman|helm registry|az|cf|oc) login|mysql\w*|mongo\w*|zip|lftp)\b/,
  '-a': /\bredis-cli\b/,
  '--pass': /\w/,
};

/** Beginnings of the options, each behind a space. */
export const OPTIONS: readonly string[] = [' -u', ' -p', ' -a', ' --user', ' --pass'];

/** Reports the password behind the option before which there is a space at `at`. */
export function optionAt(text: string, at: number, report: Report): void {
  OPTION.lastIndex = at;
  const [, option = '', given = ''] = OPTION.exec(text) ?? [];
  if (given === '' || (PAIRED.has(option) && !given.includes(':'))) return;
  const command =
    text
      .slice(Math.max(0, at - LOOK_BACK), at)
      .split(/[\r\n|;]|&&/)
      .at(-1) ?? '';
  if (PROGRAMS[option]?.test(command) !== true) return;
  const password = PAIRED.has(option) ? given.slice(given.indexOf(':') + 1) : given;
  if (isTemplate(password) || !isPassword(password)) return;
  const end = OPTION.lastIndex;
  report({ start: end - password.length, end, label: 'password', rank: RANK.named, value: password });
}
