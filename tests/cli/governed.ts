import fs from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import type { Json } from '../../src/os/json.ts';
import { reynIn } from './program.ts';
import { type Captured, ioWith } from './surroundings.ts';

export const SKILL = `---
type: skill
name: notes
description: Keeps notes.
artifacts: { note: { text: string } }
permissions:
  file: { read: ["**"], write: ["out/**"] }
  exec: [[git, "**"]]
  net: [example.org]
  mcp: { files: ["*"] }
---
Keep notes.
`;
export const RULES = `model: scripted
policy:
  allow: [{ need: file.write, resource: "out/open/**" }]
  deny: [{ need: file.write, resource: out/closed, reason: it is the archive }]
`;

/** Commands that drive runs: they take over signals and channel of their process, and so get one of their own. */
const DRIVES: ReadonlySet<string> = new Set(['op', 'answer', 'run']);

export type Said = Captured & { readonly exit: number; readonly json: () => never };
/** A project on disk, with a home of its user beside it, and the program run in it. */
export type Governed = {
  readonly root: string;
  readonly home: string;
  write(file: string, text: string): void;
  read(file: string): string | undefined;
  reyn(
    argv: readonly string[],
    options?: { env?: Record<string, string>; stdin?: string; tty?: boolean },
  ): Promise<Said>;
};

export function governed(config = RULES): Governed {
  const top = fs.realpathSync(fs.mkdtempSync('/tmp/reyn-governed-'));
  onTestFinished(() => fs.rmSync(top, { recursive: true, force: true }));
  const [root, home] = [path.join(top, 'project'), path.join(top, 'home')];
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  fs.mkdirSync(home);
  write('reyn.yaml', config);
  write('reyn/project/notes/skill.md', SKILL);
  write('reyn/project/notes/evals/scripted.yaml', JSON.stringify({ rules: [{ turn: { finish: { text: 'x' } } }] }));
  write('README.md', 'read me\n');
  return {
    root,
    home,
    write,
    read: (file) => {
      const at = path.join(root, file);
      return fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : undefined;
    },
    reyn: async (argv, { env = {}, ...rest } = {}) => {
      if (DRIVES.has(argv[0] ?? '')) {
        const ended = await reynIn(root, argv, { env: { HOME: home, ...env } });
        return { ...ended, exit: ended.exit ?? -1, json: () => JSON.parse(ended.out) as Json as never };
      }
      const { io, captured } = ioWith({ cwd: root, env: { HOME: home, REYN_TRUST_PROJECT: '1', ...env }, ...rest });
      const exit = await runCli(argv, io);
      return { ...captured, exit, json: () => JSON.parse(captured.out) as Json as never };
    },
  };
}
