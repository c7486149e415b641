import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { hasProtoKey, type Json, MAX_DEPTH } from '../json.ts';
import type { Place } from './document.ts';
import type { Finding } from './finding.ts';
import { type KeyPath, placesOf, spotOf } from './yaml-places.ts';

/**
 * YAML of a skill as plain data, with the place of every part.
 *
 *  Y1 What is accepted is JSON written as YAML 1.2 (core schema): no anchors, aliases, tags, directives, second
 *     document, duplicate key, `__proto__`, infinity or NaN.
 *  Y2 Size and depth are bounded before a value is built.
 *  Y3 Places are worked out when somebody asks for one, never while loading.
 */

/** The largest YAML text of a skill, in bytes. */
export const MAX_YAML_BYTES = 256 * 1024;

/** Findings of one text are cut after this many: a file full of tags says enough with the first few. */
const MAX_FINDINGS = 20;

export type YamlRead =
  | {
      readonly ok: true;
      /** `null` for a text that holds nothing but comments. */
      readonly value: Json;
      /** Place of the key at `path` (of the item in a list), or of the nearest part above it that exists. */
      at(path: KeyPath): Place;
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Where a YAML text stands: `firstLine` is the line of `file` that its first line is on, from 1. */
export type YamlSite = { readonly skill: string; readonly file: string; readonly firstLine: number };

/** Reads one YAML text that came from outside. Never throws. */
export function readYaml(text: string, site: YamlSite): YamlRead {
  const refuse = (rule: string, offset: number, message: string, fix: string): Finding => {
    const { line, column } = spotOf(text, offset);
    const place = { file: site.file, line: site.firstLine + line - 1, column };
    return { rule, severity: 'error', skill: site.skill, ...place, message, fix };
  };
  if (3 * text.length > MAX_YAML_BYTES && Buffer.byteLength(text) > MAX_YAML_BYTES) {
    const message = `the YAML is larger than ${MAX_YAML_BYTES / 1024} KB`;
    return {
      ok: false,
      findings: [refuse('format/too-large', 0, message, 'Split it, or move text to a Markdown body.')],
    };
  }
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH + 1 });
    const features = refusedFeatures(events).slice(0, MAX_FINDINGS);
    if (features.length > 0) {
      return { ok: false, findings: features.map((found) => refuse('format/yaml-feature', ...found)) };
    }
    const value = (constructFromEvents(events, { source: text, maxAliases: 0 })[0] ?? null) as Json;
    const odd = oddValue(text, value);
    if (odd !== undefined) return { ok: false, findings: [refuse(...odd)] };
    return { ok: true, value, at: lazyPlaces(text, site) };
  } catch (error) {
    return { ok: false, findings: [refuse(...syntaxProblem(error))] };
  }
}

/** Parses the accepted text a second time when asked: keeping the events of every file costs more than that. */
function lazyPlaces(text: string, site: YamlSite): (path: KeyPath) => Place {
  let places: ((path: KeyPath) => { line: number; column: number }) | undefined;
  return (path) => {
    places ??= placesOf(text, parseEvents(text, { maxDepth: MAX_DEPTH + 1 }));
    const { line, column } = places(path);
    return { file: site.file, line: site.firstLine + line - 1, column };
  };
}

type Problem = [rule: string, offset: number, message: string, fix: string];

function refusedFeatures(events: readonly Event[]): [offset: number, message: string, fix: string][] {
  const found: [number, string, string][] = [];
  let documents = 0;
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    if (event === undefined || event.type === EVENT_ID.POP) continue;
    if (event.type === EVENT_ID.DOCUMENT) {
      const offset = startOf(events[index + 1]);
      if (event.directives.length > 0) found.push([0, 'YAML directives (%) are not allowed', 'Delete the % line.']);
      if (++documents === 2) found.push([offset, 'there is a second YAML document', 'Keep one document in each file.']);
    } else if (event.type === EVENT_ID.ALIAS) {
      found.push([
        event.anchorStart - 1,
        'YAML aliases (*) are not allowed',
        'Write the value out, or quote the text.',
      ]);
    } else {
      if (event.anchorStart >= 0) {
        found.push([
          event.anchorStart - 1,
          'YAML anchors (&) are not allowed',
          'Delete the anchor, or quote the text.',
        ]);
      }
      if (event.tagStart >= 0) {
        found.push([event.tagStart, 'YAML tags (!) are not allowed', 'Delete the tag, or quote the text.']);
      }
    }
  }
  return found;
}

function startOf(event: Event | undefined): number {
  if (event === undefined) return 0;
  if ('valueStart' in event) return Math.max(0, event.valueStart);
  return 'start' in event ? event.start : 0;
}

/** Values YAML can hold and JSON cannot, and the key that becomes a prototype. */
function oddValue(text: string, value: Json): Problem | undefined {
  // An escape in a quoted key (`"\x5f_proto__"`) hides the name from a search of the text.
  if ((text.includes('__proto__') || text.includes('\\')) && hasProtoKey(value)) {
    const offset = Math.max(0, text.indexOf('__proto__'));
    return ['format/proto-key', offset, 'the key "__proto__" is not allowed', 'Give the key another name.'];
  }
  const special = /\.(?:inf|nan)/i.exec(text);
  if (special !== null && hasSpecialNumber(value)) {
    const fix = 'Write a finite number, or quote the text.';
    return ['format/not-finite', special.index, 'infinity and NaN are not allowed', fix];
  }
  return undefined;
}

function hasSpecialNumber(value: Json): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasSpecialNumber);
}

function syntaxProblem(error: unknown): Problem {
  const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
  const reason = error instanceof YAMLException ? error.reason : String(error);
  if (reason.startsWith('nesting exceeded')) {
    return ['format/too-deep', offset, `nested deeper than ${MAX_DEPTH} levels`, 'Flatten it.'];
  }
  if (reason.startsWith('duplicated mapping key')) {
    return ['format/duplicate-key', offset, 'this key is there twice', 'Keep one of the two.'];
  }
  return ['format/yaml', offset, `not YAML: ${reason}`, fixFor(reason)];
}

function fixFor(reason: string): string {
  if (reason.includes('tab character')) return 'Indent with spaces.';
  if (reason.includes('bad indentation')) return 'Align it with its neighbours; quote a value that holds ": ".';
  if (reason.includes('complex keys')) return 'Use plain text as the key; quote text that begins with [ or {.';
  return 'Check quotes, brackets and indentation here; quote text that holds ": " or " #".';
}
