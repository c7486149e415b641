import type { Interface } from 'node:readline';
import type { PendingIntervention } from '../os/runs/outcome.ts';
import type { Io } from './io.ts';
import { clean, paint, type Screen } from './output.ts';
import { aboutLines, choiceLine } from './render/permission.ts';

/**
 * Asks a person on stderr and reads the answer from stdin, line by line.
 *
 *  A1 What was typed before a question was shown is no answer to it: at a terminal it is thrown away.
 *  A2 The end of input, or an abort, is no answer; the run then suspends.
 */
export type Asker = {
  ask(asked: PendingIntervention): Promise<string | undefined>;
  close(): void;
};

export function asker(io: Io, screen: Screen, signal: AbortSignal): Asker {
  const style = paint(screen.color.err);
  const typed: string[] = [];
  let ended = false;
  let wake = () => {};
  let lines: Interface | undefined;

  const open = async (): Promise<Interface> => {
    const { createInterface } = await import('node:readline'); // most runs ask nothing
    const made = createInterface({ input: io.stdin.open(), terminal: false });
    made.on('line', (line) => {
      typed.push(line);
      wake();
    });
    made.on('close', () => {
      ended = true;
      wake();
    });
    signal.addEventListener('abort', () => wake(), { once: true });
    return made;
  };
  const nextLine = async (): Promise<string | undefined> => {
    lines ??= await open();
    if (!ended) lines.resume();
    while (typed.length === 0 && !ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (!ended) lines.pause();
    return signal.aborted ? undefined : typed.shift();
  };

  return {
    ask: async (asked) => {
      if (io.stdin.isTTY) typed.length = 0;
      const { bold, dim, yellow } = style;
      io.stderr.write(`\n${yellow('?')} ${bold(clean(asked.text))}\n`);
      for (const line of aboutLines(asked.about, style)) io.stderr.write(`${line}\n`);
      for (const [i, choice] of (asked.choices ?? []).entries()) {
        io.stderr.write(`  ${i + 1}  ${choiceLine(asked.kind, choice, style)}\n`);
      }
      for (;;) {
        const standard = asked.default === undefined ? '' : dim(` [${clean(asked.default)}]`);
        io.stderr.write(`${standard}${dim('>')} `);
        const line = await nextLine();
        if (line === undefined) {
          io.stderr.write('\n');
          return undefined;
        }
        const answer = meant(line, asked);
        if (answer !== undefined) return answer;
        const what = asked.choices === undefined ? 'Type an answer' : `Type one of: ${asked.choices.join(', ')}`;
        io.stderr.write(dim(`  ${clean(what)}; Ctrl-D leaves it open.\n`));
      }
    },
    close: () => lines?.close(),
  };
}

/** The answer a line stands for: a choice by its text, its number or the beginning of it; nothing = the default. */
export function meant(line: string, asked: Pick<PendingIntervention, 'choices' | 'default'>): string | undefined {
  const text = line.trim();
  if (text === '') return asked.default;
  const { choices } = asked;
  if (choices === undefined) return text;
  const lower = text.toLowerCase();
  const exact = choices.find((choice) => choice.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  if (/^\d+$/.test(text)) return choices[Number(text) - 1];
  const begin = choices.filter((choice) => choice.toLowerCase().startsWith(lower));
  return begin.length === 1 ? begin[0] : undefined;
}
