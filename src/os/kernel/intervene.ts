import { derivedId } from '../ids.ts';
import { canonicalJson, digest, type Json } from '../json.ts';
import type { Drive } from './ports.ts';
import type { Intervention } from './state.ts';

/** Something only a person can say. */
export type Asking = {
  readonly step: string;
  readonly kind: Intervention['kind'];
  readonly text: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly about?: Json;
  /** Nobody is to be bothered with it now: it waits. */
  readonly quietly?: boolean;
};

/** The answer; `waits` when the run has to suspend; `nobody` when config says not to wait. */
export type Answer = { readonly text: string } | 'waits' | 'nobody';

/**
 * Puts a question and returns its answer. The question is durable before it is shown; its id follows from run, step and
 * subject, so that asking again after a resume finds the answer given meanwhile.
 */
export async function question(drive: Drive, asking: Asking): Promise<Answer> {
  const id = questionId(drive.state().run, asking.step, asking);
  const known = drive.state().interventions[id];
  if (known?.answer !== undefined) return { text: known.answer };
  if (known === undefined) await open(drive, id, asking);
  const asked = drive.state().interventions[id] as Intervention;
  if (asking.quietly === true && drive.ports.onAsk === 'suspend') return 'waits';
  const said = await drive.ports.ask(asked);
  const chosen = said === undefined ? undefined : choiceOf(asked, said);
  if (chosen !== undefined) {
    answer(drive, asked, chosen, 'terminal');
    await drive.log.flush();
    return { text: chosen };
  }
  if (drive.ports.onAsk === 'suspend') return 'waits';
  if (asked.default === undefined) return 'nobody';
  answer(drive, asked, asked.default, 'policy');
  return { text: asked.default };
}

/** The answer a text stands for: a choice, or the beginning of just one; `undefined` when it is none of the choices. */
export function choiceOf({ choices = [] }: Pick<Intervention, 'choices'>, text: string): string | undefined {
  if (choices.length === 0) return text;
  const said = text.trim().toLowerCase();
  const exact = choices.find((choice) => choice === text.trim()) ?? choices.find((each) => each.toLowerCase() === said);
  const [only, ...others] = said === '' ? [] : choices.filter((choice) => choice.toLowerCase().startsWith(said));
  return exact ?? (others.length === 0 ? only : undefined);
}

type Subject = Pick<Intervention, 'kind' | 'text'> & { readonly about?: unknown };

/** Id of a question: of what it is about, not of how it is worded, where it is about something that can be named. */
export function questionId(run: string, step: string, { kind, text, about }: Subject): string {
  const { need, resource, limit, cap, path } = (about ?? {}) as Record<string, Json | undefined>;
  const named = { permission: [need, resource], limit: [limit, cap], in_doubt: [path], question: [text] }[kind];
  return derivedId(run, step, kind, canonicalJson(named.map((part) => part ?? null)));
}

/** Binds an answer to what was asked. */
export function questionDigest(run: string, step: string, asked: Omit<Asking, 'step'>): string {
  const { kind, text, choices, default: proposed, about } = asked;
  const what = { run, step, kind, text, choices, default: proposed, about };
  return digest(canonicalJson(JSON.parse(JSON.stringify(what)) as Json));
}

function answer(drive: Drive, asked: Intervention, text: string, by: 'terminal' | 'policy'): void {
  drive.emit({
    type: 'intervention_answered',
    step: asked.step,
    data: {
      id: asked.id,
      answer: text,
      by,
      digest: asked.digest,
      ...(by === 'terminal' ? { who: drive.ports.who } : {}),
    },
  });
}

async function open(drive: Drive, id: string, asking: Asking): Promise<void> {
  const { step, choices, quietly: _, ...rest } = asking;
  const what = { ...rest, ...(choices === undefined ? {} : { choices: [...choices] }) };
  const bound = questionDigest(drive.state().run, step, what);
  drive.emit({ type: 'intervention_opened', step, data: { id, ...what, digest: bound } });
  await drive.log.flush();
}
