import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { CorruptLog } from '../errors.ts';
import { canonicalJson, isObject, type Json } from '../json.ts';
import { packContracts, type SkillContracts, unpackContracts } from './contract.ts';
import type { Finding } from './finding.ts';
import { decodeText, readRegular, statOf } from './regular-file.ts';
import type { SkillOrigin } from './skill.ts';
import { sortPaths } from './source-paths.ts';

/** The files of one skill, read: everything `compileSkill` looks at. */
export type SkillSource = {
  /** Name of the folder. */
  readonly name: string;
  readonly origin: SkillOrigin;
  /** Folder the files were read from, relative to the project where it lies inside. */
  readonly dir: string;
  /**
   * Every regular file by its path in the folder (with `/`), sorted; eval files and dotfiles left out. Shared phases
   * and artifacts the skill uses stand under `shared/phases/<phase>.md` and `shared/artifacts/<type>.yaml`.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /**
   * Contracts of the skills its graph runs as phases. They are pinned with it and are no part of its version. Absent
   * when nobody looked for them.
   */
  readonly contracts?: SkillContracts;
  /** What could not be read: links, oversized files. Absent when everything could. */
  readonly unread?: readonly Finding[];
};

/** The text of a file in a skill's `evals`; `undefined` when there is none to read. */
export function readEvalFile(dir: string, name: string): string | undefined {
  if (statOf(path.join(dir, 'evals'))?.isDirectory() !== true) return undefined;
  const file = readRegular(path.join(dir, name));
  return typeof file === 'string' ? undefined : decodeText(file.bytes);
}

/**
 * A skill's source as one text, so that a run can be pinned to it by one blob. Canonical JSON: equal sources give equal
 * texts. A file is its UTF-8 text, or `{base64}`.
 */
export function packSource({ name, origin, dir, files, contracts }: SkillSource): string {
  const packed = sortPaths(files.keys()).map((path): Json => [path, packFile(files.get(path) ?? new Uint8Array())]);
  const sub = packContracts(contracts);
  return canonicalJson({ v: 1, name, origin, dir, files: packed, ...(sub === undefined ? {} : { contracts: sub }) });
}

/**
 * The source that was packed.
 * @throws CorruptLog `bad_blob` when the text is not what `packSource` writes.
 */
export function unpackSource(text: string): SkillSource {
  const packed = parse(text);
  if (!isObject(packed) || packed.v !== 1 || !Array.isArray(packed.files)) throw notPacked();
  const { name, origin, dir } = packed;
  const contracts = packed.contracts === undefined ? new Map() : unpackContracts(packed.contracts);
  if (contracts === undefined) throw notPacked();
  if (typeof name !== 'string' || typeof dir !== 'string' || !isOrigin(origin)) throw notPacked();
  return { name, origin, dir, files: new Map(packed.files.map(unpackFile)), contracts };
}

function packFile(bytes: Uint8Array): Json {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(bytes) ? buffer.toString('utf8') : { base64: buffer.toString('base64') };
}

function unpackFile(entry: unknown): [string, Uint8Array] {
  const [path, content] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (typeof path !== 'string') throw notPacked();
  if (typeof content === 'string') return [path, Buffer.from(content, 'utf8')];
  if (isObject(content) && typeof content.base64 === 'string') return [path, Buffer.from(content.base64, 'base64')];
  throw notPacked();
}

const ORIGINS: readonly unknown[] = ['project', 'local', 'stdlib', 'path'] satisfies SkillOrigin[];

function isOrigin(value: unknown): value is SkillOrigin {
  return ORIGINS.includes(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notPacked();
  }
}

function notPacked(): CorruptLog {
  return new CorruptLog('bad_blob', 'the pinned skill is not what was written', {});
}
