import { join } from 'node:path';
import { type ConfigEdit, setConfigKey } from './os/config/edit.ts';
import { keysDir } from './os/config/keys-dir.ts';
import { type ConfigSources, textOf } from './os/config/layer.ts';
import { knownKey } from './os/config/read.ts';
import { CONFIG_FILE } from './os/config/schema.ts';
import { getPath, type Json, sameJson } from './os/json.ts';
import type { Shape } from './os/shape.ts';
import { presentKey } from './os/signer.ts';
import { readYaml } from './os/yaml.ts';
import { isWholeTrusted, keepTrust, record } from './trust.ts';

/** Settings of a project that need no opened project, so that they can be read and mended when they are wrong. */

export { checkConfig, getConfigKey, readConfig, showConfig } from './os/config/read.ts';
export { isFromFile } from './os/config/schema.ts';
export { changeTrust, type Trust } from './trust.ts';

/** Every key that `reyn config set` takes as it stands here, `limits.usd`, with what it is. */
export function configKeys(): readonly { readonly value: string; readonly about: string }[] {
  return keysBelow(CONFIG_FILE, []);
}

function keysBelow({ properties = {} }: Shape, path: readonly string[]): { value: string; about: string }[] {
  return Object.entries(properties).flatMap(([key, member]) => {
    const inside = [...path, key];
    if (member.type === 'object') return keysBelow(member, inside);
    return member.type === 'array' ? [] : [{ value: inside.join('.'), about: member.description ?? '' }];
  });
}

/**
 * Where the key lies that ends of logs are signed with, and which it is; without a folder nothing can be signed, without
 * an id it is yet to be made. @throws UserError `refused`, `disk` when it is there and cannot be used.
 */
export function signingKey(sources: ConfigSources): { readonly dir: string | undefined; readonly id?: string } {
  const dir = keysDir(sources);
  const id = dir === undefined ? undefined : presentKey(dir);
  return { dir, ...(id === undefined ? {} : { id }) };
}

/** What was set; `changed` is false when the file held that value already. */
export type SettingChange = ConfigEdit & { readonly changed: boolean };

/**
 * Changes one value of `reyn.yaml` and records that in the project log; nothing is recorded where nothing changes.
 * @throws UserError `usage`, `config`, `disk`; the file is then as it was.
 */
export async function changeSetting(sources: ConfigSources, key: string, value: string): Promise<SettingChange> {
  const before = readYaml(textOf(join(sources.root, 'reyn.yaml')) ?? '');
  const counted = isWholeTrusted(sources);
  const edit = setConfigKey(sources, key, value);
  const held = before.ok ? (getPath(before.source.value, knownKey(key)) as Json | undefined) : undefined;
  if (sameJson(held, edit.value)) return { ...edit, changed: false };
  if (counted) keepTrust(sources);
  await record(sources, { type: 'config_set', data: { key: edit.key, value: edit.value, file: edit.file } });
  return { ...edit, changed: true };
}
