import {
  boolCoreTag,
  EVENT_ID,
  type Event,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
} from 'js-yaml';
import type { Json, JsonObject } from './json.ts';
import { scalarSpan } from './yaml-places.ts';

export type YamlProblemKind =
  | 'too-large'
  | 'too-deep'
  | 'syntax'
  | 'directive'
  | 'documents'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'key'
  | 'duplicate-key'
  | 'proto-key'
  | 'not-finite';

/** Something that is not allowed; `message` is a clause. */
export type Flaw = { readonly kind: YamlProblemKind; readonly offset: number; readonly message: string };

/** The value of a text from its events, and all that is not allowed in it, in the order of the text. */
export function buildValue(
  text: string,
  events: readonly Event[],
): { readonly value: Json | undefined; readonly flaws: readonly Flaw[] } {
  const building: Building = { text, events, at: 0, flaws: [] };
  const value = readDocument(building);
  return { value, flaws: building.flaws };
}

/** What is being built, and where in the events that is. */
type Building = { readonly text: string; readonly events: readonly Event[]; at: number; readonly flaws: Flaw[] };

function flaw(building: Building, kind: YamlProblemKind, offset: number, message: string): void {
  building.flaws.push({ kind, offset, message });
}

function readDocument(building: Building): Json | undefined {
  const { events } = building;
  const document = events[building.at++];
  if (document === undefined) return undefined;
  if (document.type === EVENT_ID.DOCUMENT && document.directives.length > 0) {
    flaw(building, 'directive', 0, 'YAML directives (%) are not allowed');
  }
  const value = readNode(building);
  building.at++; // the end of the document
  if (building.at < events.length) {
    flaw(building, 'documents', startOf(events[building.at + 1]), 'this holds several documents; one is allowed');
  }
  return value;
}

function readNode(building: Building): Json {
  const event = building.events[building.at++];
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return null;
  if (event.type === EVENT_ID.ALIAS) {
    flaw(building, 'alias', event.anchorStart - 1, 'YAML aliases (*) are not allowed');
    return null;
  }
  if (event.anchorStart >= 0) flaw(building, 'anchor', event.anchorStart - 1, 'YAML anchors (&) are not allowed');
  if (event.tagStart >= 0) flaw(building, 'tag', event.tagStart, 'YAML tags (!) are not allowed');
  if (event.type === EVENT_ID.SCALAR) return readScalar(building, event);
  return event.type === EVENT_ID.SEQUENCE ? readList(building) : readMapping(building);
}

function readList(building: Building): Json[] {
  const list: Json[] = [];
  while (building.events[building.at]?.type !== EVENT_ID.POP) list.push(readNode(building));
  building.at++;
  return list;
}

function readMapping(building: Building): JsonObject {
  const mapping: JsonObject = {};
  for (;;) {
    const event = building.events[building.at];
    if (event?.type === EVENT_ID.POP) break;
    const key = readKey(building, event);
    const value = readNode(building);
    if (key === undefined) continue;
    if (Object.hasOwn(mapping, key)) flaw(building, 'duplicate-key', startOf(event), `the key "${key}" is there twice`);
    else mapping[key] = value;
  }
  building.at++;
  return mapping;
}

/** The text of a key; `undefined` after noting why it can be none. */
function readKey(building: Building, event: Event | undefined): string | undefined {
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart < 0 || event.anchorStart >= 0 || event.tagStart >= 0) {
    const before = building.flaws.length;
    readNode(building);
    if (building.flaws.length === before) flaw(building, 'key', startOf(event), 'a key must be text');
    return undefined;
  }
  building.at++;
  const key = getScalarValue(building.text, event);
  if (key !== '__proto__') return key;
  flaw(building, 'proto-key', startOf(event), 'the key "__proto__" is not allowed');
  return undefined;
}

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

function readScalar(building: Building, event: ScalarEvent): Json {
  if (event.valueStart < 0) return null;
  const text = getScalarValue(building.text, event);
  if (event.style !== SCALAR_STYLE.PLAIN) return text;
  const value = plainValue(text);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    flaw(building, 'not-finite', event.valueStart, 'infinity and NaN are not allowed');
  }
  return value;
}

/** What a plain scalar says: text, or what looks like null, true, false or a number. */
function plainValue(text: string): Json {
  if (!MAY_BE_NO_TEXT.has(text.charCodeAt(0))) return text;
  for (const tag of IMPLICIT) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

/** What a plain scalar may be besides text. */
const IMPLICIT = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
const MAY_BE_NO_TEXT = new Set([...'~nNtTfF+-.0123456789'].map((character) => character.charCodeAt(0)));

/** Where an event begins, a quoted text at its quotation mark. */
function startOf(event: Event | undefined): number {
  if (event === undefined) return 0;
  if (event.type === EVENT_ID.SCALAR) return scalarSpan(event).start;
  return 'start' in event ? event.start : 0;
}
