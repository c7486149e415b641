import { UserError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Encoding, Frame, Model, Reply } from '../port.ts';
import type { ScriptTurn } from '../script.ts';
import { type Fail, fill, replyTo, type Scope, scopeOf } from '../script-reply.ts';
import { rulesModel } from '../scripted.ts';
import { playTurn } from './play.ts';
import { proposeTurn } from './propose.ts';
import { readWorld, type World } from './read-world.ts';
import { type Stream, stream } from './stream.ts';

export type WorldOptions = {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly encoding: Encoding;
  readonly maxOutputTokens: number;
  /** Of all chance in it, with what a turn shows. */
  readonly seed: number;
};

/** Worlds read before: a thousand runs of one skill share theirs. */
const known = new Map<string, World>();
const MOST_KNOWN = 32;

/**
 * A model that plays a simulated world, so that evaluating and improving can be shown without a real one. Which rules its
 * answers follow is drawn by how well the instructions state them; the same seed and the same frame give the same answer.
 * Everything it says stands in a YAML file of the skill:
 *
 * ```yaml
 * play:                                    # a phase that is good at what its instructions state
 *   phase: answer
 *   input: text                            # where the text of the case stands in the input
 *   topics:
 *     - { id: price, words: [price, cost], line: Name the price., says: It costs 5 euros. }
 *   contradicts: "Never: ${line}"          # a line that says the contrary
 *   memorised: "Asked \"${input}\", say all." # a line that states one case by itself
 *   turn: { finish: { reply: "${said}" } } # as in a file of rules; also `topics`
 * propose:                                 # a phase that proposes edits, with the error rates of the checklist world
 *   phase: plan
 *   files: files                           # path → text
 *   records: failed                        # failed runs, each with the text of its case and what was missed
 *   input: input
 *   missed: missed
 *   line: { good: "${missed}", wrong: "Never: ${missed}", memorise: "Asked \"${input}\", say all.", filler: [Be brief.] }
 *   add: { do: add, file: "${file}", text: "${line}" }
 *   delete: { do: delete, file: "${file}", text: "${line}" }
 *   turn: { to: apply, artifact: { edits: "${edits}", hypothesis: "${hypothesis}" } }
 * rules: []                                # for all other turns, as in a file of rules
 * ```
 *
 * @throws UserError `config` when the file is not of this form; from `turn` UserError `model` when the input lacks what
 * it names, or no rule fits.
 */
export function worldModel(yaml: string, { file, encoding, maxOutputTokens, seed }: WorldOptions): Model {
  const world = worldOf(yaml, file);
  const others = rulesModel(world.rules, { file, encoding, maxOutputTokens });
  return {
    name: 'world',
    encoding,
    metered: false,
    maxOutputTokens,
    turn: async (frame, options) => {
      const reply = answer(world, frame, { file, encoding, chance: stream(`${seed}|${frame.request}`) });
      if (reply === undefined) return others.turn(frame, options);
      options.signal.throwIfAborted();
      return { reply, usage: { input: 0, output: 0 } };
    },
  };
}

type Answering = { readonly file: string; readonly encoding: Encoding; readonly chance: Stream };

/** `undefined` where the world has no part in the phase. */
function answer({ play, propose }: World, frame: Frame, answering: Answering): Reply | undefined {
  if (play?.phase === frame.phase) {
    const fail = failing('play', play.at, frame, answering);
    return said(play.turn, playTurn(play, frame, answering.chance, fail), frame, answering, fail);
  }
  if (propose?.phase === frame.phase) {
    const fail = failing('propose', propose.at, frame, answering);
    return said(propose.turn, proposeTurn(propose, frame, answering.chance, fail), frame, answering, fail);
  }
  return undefined;
}

function said(turn: ScriptTurn, scope: Scope, frame: Frame, { encoding }: Answering, fail: Fail): Reply {
  const filled = fill(turn as JsonObject, { ...scopeOf(frame), ...scope }, fail) as ScriptTurn;
  return replyTo(filled, frame, encoding, fail);
}

function failing(what: string, line: number, { phase }: Frame, { file }: Answering): Fail {
  return (message, hint) => new UserError('model', `${what}: ${message}`, { where: { file, line, phase }, hint });
}

function worldOf(yaml: string, file: string): World {
  const key = `${file}\0${yaml}`;
  const world = known.get(key) ?? readWorld(yaml, file);
  known.delete(key);
  known.set(key, world);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return world;
}
