import { join } from 'node:path';
import { systemClock } from './os/clock.ts';
import { type ConfigEdit, setConfigKey } from './os/config/edit.ts';
import { type ConfigSources, textOf } from './os/config/layer.ts';
import { knownKey } from './os/config/read.ts';
import { CONFIG_FILE } from './os/config/schema.ts';
import { openStore } from './os/events/store.ts';
import { randomIds } from './os/ids.ts';
import { getPath, type Json, sameJson } from './os/json.ts';
import type { Shape } from './os/shape.ts';
import { readYaml } from './os/yaml.ts';
import { projectRedactor } from './secrets.ts';

/** Settings of a project that need no opened project, so that they can be read and mended when they are wrong. */

export { checkConfig, getConfigKey, readConfig, showConfig } from './os/config/read.ts';

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

/** What was set; `changed` is false when the file held that value already. */
export type SettingChange = ConfigEdit & { readonly changed: boolean };

/**
 * Changes one value of `reyn.yaml` and records that in the project log; nothing is recorded where nothing changes.
 * @throws UserError `usage`, `config`, `disk`; the file is then as it was.
 */
export async function changeSetting(sources: ConfigSources, key: string, value: string): Promise<SettingChange> {
  const before = readYaml(textOf(join(sources.root, 'reyn.yaml')) ?? '');
  const edit = setConfigKey(sources, key, value);
  const held = before.ok ? (getPath(before.source.value, knownKey(key)) as Json | undefined) : undefined;
  if (sameJson(held, edit.value)) return { ...edit, changed: false };
  // The files may be the very ones to mend, so what they say is not asked for.
  const redact = projectRedactor({ root: sources.root, env: sources.env, config: undefined });
  const store = openStore({ root: sources.root, clock: systemClock, ids: randomIds, redact });
  try {
    await store.appendProject({ type: 'config_set', data: { key: edit.key, value: edit.value, file: edit.file } });
  } finally {
    await store.close();
  }
  return { ...edit, changed: true };
}
