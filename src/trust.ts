import { systemClock } from './os/clock.ts';
import { type ConfigSources, readLayers } from './os/config/layer.ts';
import { checkConfig, parseKey } from './os/config/read.ts';
import { distrustFiles, isTrusted, trustFiles, wideningIn } from './os/config/trust.ts';
import { UserError } from './os/errors.ts';
import type { ProjectEventBody } from './os/events/event.ts';
import { openStore } from './os/events/store.ts';
import { randomIds } from './os/ids.ts';
import { getPath, type Json } from './os/json.ts';
import { projectRedactor } from './secrets.ts';
import { whoIs } from './who.ts';

/** Files of the project that widen what runs may do, and whether they count. */
export type Trust = {
  readonly files: readonly {
    readonly file: string;
    readonly trusted: boolean;
    readonly keys: readonly { readonly key: string; readonly value: Json }[];
  }[];
};

/**
 * Looks at, gives or takes back trust in the project's files as they stand; what is changed is recorded in the project
 * log. @throws UserError `config`, `disk`.
 */
export async function changeTrust(sources: ConfigSources, act: 'look' | 'trust' | 'revoke'): Promise<Trust> {
  const widening = wideningIn(readLayers(sources));
  const layers = widening.map(({ layer }) => layer);
  const [problem] = checkConfig(sources);
  if (problem !== undefined && act === 'trust')
    throw new UserError('config', problem.message, { where: problem.where });
  if (act === 'trust' && layers.length > 0) trustFiles(sources, layers);
  if (act === 'revoke') distrustFiles(sources);
  if (act === 'revoke' || (act === 'trust' && layers.length > 0)) {
    const files = act === 'revoke' ? [] : layers.map(({ file, sha256 }) => ({ file, sha256 }));
    await record(sources, { type: 'config_trusted', data: { files, who: whoIs(sources.env) } });
  }
  return {
    files: widening.map(({ layer, keys }) => ({
      file: layer.file,
      trusted: isTrusted(sources, layer),
      keys: keys.map((key) => ({ key, value: (getPath(layer.value, parseKey(key)) as Json) ?? null })),
    })),
  };
}

/** Whether all that files of the project say counts. */
export function isWholeTrusted(sources: ConfigSources): boolean {
  return wideningIn(readLayers(sources)).every(({ layer }) => isTrusted(sources, layer));
}

/** Whoever changes a project that they trusted, or that needed no trust, goes on trusting it as it is then. */
export function keepTrust(sources: ConfigSources): void {
  const widening = wideningIn(readLayers(sources)).map(({ layer }) => layer);
  if (widening.some((layer) => !isTrusted(sources, layer))) trustFiles(sources, widening);
}

/** Appends one event to the project log. */
export async function record(sources: ConfigSources, body: ProjectEventBody): Promise<void> {
  // the files may be the very ones to mend, so what they say is not asked for
  const redact = projectRedactor({ root: sources.root, env: sources.env, config: undefined });
  const store = openStore({ root: sources.root, clock: systemClock, ids: randomIds, signer: undefined, redact });
  try {
    await store.appendProject(body);
  } finally {
    await store.close();
  }
}
