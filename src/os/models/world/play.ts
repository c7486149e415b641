import { getPath, type Json } from '../../json.ts';
import type { Frame } from '../port.ts';
import type { Fail, Scope } from '../script-reply.ts';
import { type ChecklistText, runChecklist } from './checklist.ts';
import { filled, linesOf, sameLine } from './lines.ts';
import type { Play } from './read-world.ts';
import type { Stream } from './stream.ts';

const INSTRUCTIONS = 'Instructions';

/**
 * What a run of the world comes to, for the templates of its turn: `said`, and `topics`, the ids of those dealt with. The
 * topics that the input raises are the rules of a checklist; a line of the instructions states one, contradicts one, or
 * states a whole case.
 */
export function playTurn(play: Play, frame: Frame, chance: Stream, fail: Fail): Scope {
  const { topics, silent = '' } = play;
  const input = getPath(frame.input.artifact, play.input.split('.'));
  if (typeof input !== 'string') throw fail(`the input has no text at "${play.input}".`, 'Name a field that is one.');
  const rules = topics.flatMap((topic, index) => (raises(input, topic.words) ? [index] : []));
  const told = readLines(play, sectionOf(play, frame), input);
  const { missed } = runChecklist(told, { id: input, rules, p0: 0 }, chance);
  const dealt = rules.filter((rule) => !missed.includes(rule)).flatMap((rule) => topics[rule] ?? []);
  const said = dealt.map(({ says }) => says).join(' ');
  return { said: said === '' ? silent : said, topics: dealt.map(({ id }): Json => id) };
}

function sectionOf({ section = INSTRUCTIONS }: Play, { system, user }: Frame): string {
  return [...system, ...user].find(({ name }) => name === section)?.text ?? '';
}

function raises(input: string, words: readonly string[]): boolean {
  const text = input.toLowerCase();
  return words.some((word) => text.includes(word.toLowerCase()));
}

function readLines({ topics, contradicts, memorised }: Play, section: string, input: string): ChecklistText {
  const lines = linesOf(section);
  const has = (line: string | undefined) => line !== undefined && lines.some((each) => sameLine(each, line));
  const against = (line: string) => (contradicts === undefined ? undefined : filled(contradicts, { line }));
  const indices = (holds: (line: string) => boolean) =>
    new Set(topics.flatMap(({ line }, index) => (holds(line) ? [index] : [])));
  return {
    stated: indices(has),
    contradicted: indices((line) => has(against(line))),
    memorised: new Set(memorised !== undefined && has(filled(memorised, { input })) ? [input] : []),
    hacked: false,
    lines: lines.length,
  };
}
