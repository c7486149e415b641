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
};

/** The answer; `waits` when the run has to suspend; `nobody` when config says not to wait. */
export type Answer = { readonly text: string } | 'waits' | 'nobody';

/**
 * Puts a question and returns its answer. The question is durable before it is shown; its id follows from run, step and
 * kind, so that asking again after a resume finds the answer given meanwhile.
 */
export async function question(drive: Drive, asking: Asking): Promise<Answer> {
  const id = derivedId(drive.state().run, asking.step, asking.kind, asking.text);
  const known = drive.state().interventions[id];
  if (known?.answer !== undefined) return { text: known.answer };
  if (known === undefined) await open(drive, id, asking);
  const asked = drive.state().interventions[id] as Intervention;
  const said = await drive.ports.ask(asked);
  if (said !== undefined) {
    answer(drive, asked, said, 'terminal');
    await drive.log.flush();
    return { text: said };
  }
  if (drive.ports.onAsk === 'suspend') return 'waits';
  if (asking.default === undefined) return 'nobody';
  answer(drive, asked, asking.default, 'policy');
  return { text: asking.default };
}

function answer(drive: Drive, asked: Intervention, text: string, by: 'terminal' | 'policy'): void {
  drive.emit({
    type: 'intervention_answered',
    step: asked.step,
    data: { id: asked.id, answer: text, by, digest: asked.digest },
  });
}

async function open(drive: Drive, id: string, asking: Asking): Promise<void> {
  const { step, kind, text, choices, about } = asking;
  const what = {
    kind,
    text,
    ...(choices === undefined ? {} : { choices: [...choices] }),
    ...(asking.default === undefined ? {} : { default: asking.default }),
    ...(about === undefined ? {} : { about }),
  };
  const bound = digest(canonicalJson({ run: drive.state().run, step, ...what }));
  drive.emit({ type: 'intervention_opened', step, data: { id, ...what, digest: bound } });
  await drive.log.flush();
}
