import type { TObject } from 'typebox';
import type { Clock } from '../clock.ts';
import { Bug } from '../errors.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Link } from './chain.ts';
import {
  PROJECT_EVENTS,
  type ProjectEvent,
  type ProjectEventBody,
  RUN_EVENTS,
  type RunEvent,
  type RunEventBody,
} from './event.ts';
import { encodeLine } from './line.ts';
import { type Members, storeMembers } from './members.ts';
import type { Blobs } from './port.ts';
import { redactData } from './redact-data.ts';

/** An event that has become a line. */
export type Composed<E> = { readonly line: string; readonly event: E; readonly link: Link };

/**
 * Takes secrets out of the data of a run's event, then checks it and stores its large members: what is hashed, kept and
 * folded never held them.
 * @throws Bug for an event that is unknown or invalid.
 */
export function checkRunEvent(body: RunEventBody, blobs: Blobs, redact: Redactor): Members {
  return storeMembers(body.type, schemaOf(RUN_EVENTS, body.type), redactData(body.data, redact), blobs);
}

/** The same for an event of the project log. */
export function checkProjectEvent(body: ProjectEventBody, blobs: Blobs, redact: Redactor): Members {
  return storeMembers(body.type, schemaOf(PROJECT_EVENTS, body.type), redactData(body.data, redact), blobs);
}

function schemaOf(events: Readonly<Record<string, TObject>>, type: string): TObject {
  const schema = Object.hasOwn(events, type) ? events[type] : undefined;
  if (schema === undefined) throw new Bug(`there is no event of type ${type} in this log`);
  return schema;
}

type Place = { readonly after: Link; readonly epoch: number; readonly clock: Clock };

/** The next line of a run's log. */
export function composeRunEvent(run: string, body: RunEventBody, members: Members, place: Place): Composed<RunEvent> {
  return compose(body.type, run, body.step, members, place) as Composed<RunEvent>;
}

/** The next line of the project log. */
export function composeProjectEvent(body: ProjectEventBody, members: Members, place: Place): Composed<ProjectEvent> {
  return compose(body.type, body.run, undefined, members, place) as Composed<ProjectEvent>;
}

function compose(
  type: string,
  run: string | undefined,
  step: string | undefined,
  members: Members,
  place: Place,
): Composed<unknown> {
  const { after, epoch, clock } = place;
  const seq = after.seq + 1;
  const ts = new Date(clock.now()).toISOString();
  const { line, hash } = encodeLine({ seq, epoch, ts, type, run, step, prev: after.hash }, members.text);
  const named = { ...(run === undefined ? {} : { run }), ...(step === undefined ? {} : { step }) };
  const event = { v: 1, seq, epoch, ts, type, ...named, data: members.data, prev: after.hash, hash };
  return { line, event, link: { seq, epoch, hash } };
}
