import type { JsonObject } from '../../os/json.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import type { Finding } from '../../os/skills/finding.ts';
import { packSource } from '../../os/skills/source.ts';
import { type Book, type Made, openedFrom } from './book.ts';

export type Offered = {
  readonly parent: string;
  /** The second parent, where it was joined of two. */
  readonly other?: string;
  readonly hypothesis?: string;
  readonly edits?: readonly JsonObject[];
};

/** How a candidate is looked at before anything is run on it. */
export type Looks = {
  readonly lint: (candidate: Opened) => readonly Finding[];
  /** In what it is held to less than the skill as it is; empty = in nothing. */
  readonly loosens: (from: Opened, to: Opened) => readonly string[];
};

/**
 * The step that an offer comes to: a candidate, or why it is none. Nothing is run on a text that is as it was, that has
 * errors, or that is held to less, which only a person may allow.
 */
export function stepOf(
  book: Book,
  { parent, other, hypothesis, edits = [] }: Offered,
  to: Opened | string,
  looks: Looks,
): Made {
  const said = { edits, ...(hypothesis === undefined ? {} : { hypothesis }) };
  const why = typeof to === 'string' ? to : whyNot(book, parent, to, looks);
  if (why !== undefined || typeof to === 'string') return { did: 'refuse', ...said, why: why ?? 'unusable' };
  const above = other === undefined ? { parent } : { parent, other };
  return { did: 'offer', ...above, ...said, pack: packSource(to.source) };
}

function whyNot(book: Book, parent: string, to: Opened, { lint, loosens }: Looks): string | undefined {
  const base = openedFrom(book.settings.pack);
  const twin = [...book.candidates].find(([, { pack }]) => openedFrom(pack).skill.fingerprint === to.skill.fingerprint);
  if (twin?.[0] === parent) return 'The edits change nothing.';
  if (twin !== undefined) return `It is the same as the candidate ${twin[0]}.`;
  if (to.skill.name !== base.skill.name) return 'It has another name than the skill.';
  const [looser] = loosens(base, to);
  if (looser !== undefined) return `It is held to less than before, which only a person may allow: ${looser}.`;
  const [error] = lint(to).filter(({ severity }) => severity === 'error');
  return error === undefined ? undefined : `${error.file}:${error.line ?? 1} ${error.rule}: ${error.message}`;
}
