import { systemClock } from './os/clock.ts';
import { type ConfigEdit, setConfigKey } from './os/config/edit.ts';
import type { ConfigSources } from './os/config/layer.ts';
import { openStore } from './os/events/store.ts';
import { randomIds } from './os/ids.ts';

/** Settings of a project that need no opened project, so that they can be read and mended when they are wrong. */

export { checkConfig, getConfigKey, readConfig, showConfig } from './os/config/read.ts';

/**
 * Changes one value of `reyn.yaml` and records that in the project log.
 * @throws UserError `usage`, `config`, `disk`; the file is then as it was.
 */
export async function changeSetting(sources: ConfigSources, key: string, value: string): Promise<ConfigEdit> {
  const edit = setConfigKey(sources, key, value);
  const store = openStore({ root: sources.root, clock: systemClock, ids: randomIds });
  try {
    await store.appendProject({ type: 'config_set', data: { key: edit.key, value: edit.value, file: edit.file } });
  } finally {
    await store.close();
  }
  return edit;
}
