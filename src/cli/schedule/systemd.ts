import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../os/errors.ts';
import type { Io } from '../io.ts';
import {
  ask,
  clockTime,
  type Entry,
  failed,
  isOnPath,
  nameOf,
  noBackslash,
  oneLineOnly,
  type Scheduled,
  type Timer,
} from './timer.ts';

/** Timers of the person's own systemd: a service and a timer for each project, named after it. */
export function systemd(io: Pick<Io, 'env'>): Timer {
  const dir = () => join(io.env.XDG_CONFIG_HOME || join(io.env.HOME ?? '/', '.config'), 'systemd', 'user');
  const pathOf = (root: string, kind: 'service' | 'timer') => join(dir(), `${unit(root)}.${kind}`);
  const control = (...args: readonly string[]) => {
    const told = ask(io, 'systemctl', ['--user', ...args]);
    if (told.exit !== 0) throw failed('systemctl', told);
  };
  return {
    name: 'systemd',
    there: () => isOnPath(io, 'systemctl') && ask(io, 'systemctl', ['--user', 'show-environment']).exit === 0,
    list: () => listIn(dir()),
    preview: (entry) =>
      filesOf(entry)
        .map(([kind, text]) => `# ${pathOf(entry.root, kind)}\n${text}`)
        .join('\n'),
    install: (entry) => {
      const changed = filesOf(entry).filter(([kind, text]) => textOf(pathOf(entry.root, kind)) !== text);
      if (changed.length === 0) return false;
      mkdirSync(dir(), { recursive: true });
      for (const [kind, text] of changed) writeFileSync(pathOf(entry.root, kind), text);
      control('daemon-reload');
      control('enable', '--now', `${unit(entry.root)}.timer`);
      return true;
    },
    remove: (root) => {
      if (textOf(pathOf(root, 'timer')) === undefined && textOf(pathOf(root, 'service')) === undefined) return false;
      control('disable', '--now', `${unit(root)}.timer`);
      for (const kind of ['timer', 'service'] as const) rmSync(pathOf(root, kind), { force: true });
      control('daemon-reload');
      return true;
    },
  };
}

const MARK = '# Written by `reyn schedule` for ';
const unit = (root: string) => `reyn-improve-${nameOf(root)}`;

function filesOf(entry: Entry): readonly (readonly ['service' | 'timer', string])[] {
  const { root, argv, log } = entry;
  const mark = `${MARK}${oneLineOnly(root)}`;
  for (const each of [root, log]) noBackslash(each, /\\$/); // at the end of a line it joins it with the next

  const service = [
    mark,
    '[Unit]',
    'Description=Improves the skills of a Reyn project',
    '',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${plain(root)}`,
    `ExecStart=${argv.map(quoted).join(' ')}`,
    `StandardOutput=append:${plain(log)}`,
    `StandardError=append:${plain(log)}`,
  ];
  const timer = [
    mark,
    '[Unit]',
    'Description=Improves the skills of a Reyn project every night',
    '',
    '[Timer]',
    `OnCalendar=*-*-* ${clockTime(entry)}:00`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
  return [
    ['service', `${service.join('\n')}\n`],
    ['timer', `${timer.join('\n')}\n`],
  ];
}

/** A path that stands alone: only its specifiers are escaped. */
function plain(path: string): string {
  return oneLineOnly(path).replaceAll('%', '%%');
}

/** A word of a command line: in quotes, its specifiers and variables escaped. */
function quoted(word: string): string {
  const escaped = oneLineOnly(word).replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** @throws UserError `disk`. */
function listIn(dir: string): Scheduled[] {
  if (!existsSync(dir)) return [];
  try {
    return readdirSync(dir).flatMap((name) => {
      if (!/^reyn-improve-[0-9a-f]{12}\.timer$/.test(name)) return [];
      const timer = textOf(join(dir, name)) ?? '';
      const service = textOf(join(dir, name.replace(/timer$/, 'service'))) ?? '';
      const root = timer.split('\n')[0]?.slice(MARK.length) ?? '';
      const at = /^OnCalendar=\*-\*-\* (\d\d:\d\d):00$/m.exec(timer)?.[1] ?? '?';
      return [{ root, at, command: /^ExecStart=(.*)$/m.exec(service)?.[1] ?? '' }];
    });
  } catch (error) {
    throw new UserError('disk', `timers cannot be read: ${(error as Error).message}`, {
      where: { file: dir },
      cause: error,
    });
  }
}
