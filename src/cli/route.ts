import type { Reyn, RunOptions } from '../api.ts';
import { EXIT, type ExitCode, UserError } from '../os/errors.ts';
import { isObject, type Json } from '../os/json.ts';
import type { RunInput } from '../os/runs/input.ts';
import type { RunOutcome } from '../os/runs/outcome.ts';
import { type Cli, result, tell } from './cli.ts';
import { type DriveFlags, drive, tellEnd } from './drive.ts';
import { clean } from './output.ts';
import { resultText } from './render/outcome.ts';
import { readable } from './render/value.ts';

/** The skill that messages go to where the configuration names none. */
const ROUTER = 'skill_router';

/** What a skill or its folder may be called, as far as its characters go. */
const WORD = /^[\w./-]+$/;

/** Whether an argument that stands alone cannot be meant as the name of a skill. */
export function isMessage(argument: string): boolean {
  return argument === '-' || !WORD.test(argument);
}

/**
 * Opens the project for a skill that was given no input.
 * @throws UserError `not_found` when there is no such skill: then the word may have been meant as a message.
 */
export async function openFor(cli: Cli, skill: string): Promise<Reyn> {
  const reyn = await cli.open();
  try {
    reyn.skills.load(skill);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') throw error;
    const route = `As a message, whose skill is to be found: reyn run --route "${skill}"`;
    throw new UserError(error.code, error.message, { where: error.where, hint: `${error.hint ?? ''} ${route}`.trim() });
  }
  return reyn;
}

/** Runs the router on a message. A person sees what the routed skill gave, and is told which it was. */
export async function runRouted(
  cli: Cli,
  reyn: Reyn,
  flags: DriveFlags,
  message: RunInput,
  given: RunOptions,
): Promise<ExitCode> {
  const router = reyn.config.router ?? ROUTER;
  const how = { flags, earlier: [] };
  const outcome = await drive(cli, how, (options) => reyn.run(router, message, { ...options, ...given }));
  const routed = routedBy(outcome);
  if (flags.events !== true) {
    result(cli, outcome, () => (routed?.skill === undefined ? resultText(outcome) : readable(routed.result)));
  }
  if (routed !== undefined)
    tell(cli, routed.skill === undefined ? 'no skill fits' : `routed to ${clean(routed.skill)}`);
  tellEnd(cli, outcome);
  return routed !== undefined && routed.skill === undefined && outcome.exit === EXIT.done ? EXIT.no : outcome.exit;
}

type Routed = { readonly skill: string; readonly result: Json } | { readonly skill: undefined };

/** What a router says it ran; one that says nothing of the kind is shown like every other skill. */
function routedBy({ artifact, output }: RunOutcome): Routed | undefined {
  const value = output?.value ?? artifact?.artifact;
  if (!isObject(value)) return undefined;
  const { skill, result: gave, why } = value as Readonly<Record<string, Json | undefined>>;
  if (typeof skill === 'string' && gave !== undefined) return { skill, result: gave };
  return typeof why === 'string' ? { skill: undefined } : undefined;
}
