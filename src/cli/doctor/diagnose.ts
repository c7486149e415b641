import type { ModelConfig } from '../../os/config/config.ts';
import { showWhere, UserError } from '../../os/errors.ts';
import { readKey } from '../../secrets.ts';
import { isFromFile, readConfig } from '../../settings.ts';
import type { Io } from '../io.ts';
import type { Diagnosis } from './diagnosis.ts';
import { checkDisk, checkLocks, checkNode, checkPinnedNode, checkProc, checkStore } from './machine.ts';
import { checkSandbox } from './sandbox.ts';
import { checkSigning } from './signing.ts';

const PATIENCE_MS = 3_000;

/** Checks everything a run needs of machine and project, and leaves both as they are. */
export async function diagnose(root: string, env: Io['env'], offline: boolean): Promise<readonly Diagnosis[]> {
  return [
    checkNode(),
    checkPinnedNode(),
    ...checkStore(root),
    await checkLocks(root),
    checkDisk(root),
    checkProc(),
    ...(await checkSandbox(root)),
    checkSigning(root, env),
    ...(await checkSettings(root, env, offline)),
  ];
}

async function checkSettings(root: string, env: Io['env'], offline: boolean): Promise<Diagnosis[]> {
  try {
    const config = readConfig({ root, env });
    const valid: Diagnosis = { name: 'configuration', state: 'ok', says: 'valid' };
    if (config.default === '' && Object.keys(config.classes).length === 0) {
      const next = 'Write `model:` and `base_url:` into reyn.yaml, or `model: scripted`.';
      return [valid, { name: 'model', state: 'warn', says: 'none is configured', next }];
    }
    const keys = [...new Set([config.default, ...Object.values(config.classes)])].filter((key) => key !== '');
    const checked = keys.map((key) => checkModel(key, config.define[key], env, offline));
    return [valid, ...(await Promise.all(checked))];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const says = `${showWhere(error.where)} ${error.message}`.trim();
    return [{ name: 'configuration', state: 'fail', says, next: error.hint ?? 'Run `reyn config check`.' }];
  }
}

async function checkModel(
  key: string,
  model: ModelConfig | undefined,
  env: Io['env'],
  offline: boolean,
): Promise<Diagnosis> {
  const name = `model ${key}`;
  if (model === undefined || isFromFile(model.provider)) {
    return { name, state: 'ok', says: 'scripted: answers come from the skill, no model is called' };
  }
  const hasKey = (env[model.api_key_env] ?? '') !== '';
  const inFile = !hasKey && model.api_key_file !== undefined;
  const none = inFile ? `key in ${model.api_key_file}` : `no key in ${model.api_key_env}`;
  const read = readKey(model, env);
  if (hasKey && !read.ok) return { name, state: 'fail', says: read.message, next: read.hint };
  const key_ = read.ok ? read.key : undefined;
  const withKey = hasKey ? `key from ${model.api_key_env}` : none;
  if (model.base_url === undefined || model.provider !== 'openai-compatible' || inFile) {
    return { name, state: 'ok', says: `${model.provider}, ${withKey}; \`reyn models test ${key}\` asks it` };
  }
  if (offline) return { name, state: 'ok', says: `${model.base_url}, ${withKey}; not asked` };
  try {
    const response = await fetch(`${model.base_url.replace(/\/+$/, '')}/models`, {
      headers: hasKey && key_ !== undefined ? { authorization: `Bearer ${key_}` } : {},
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) {
      const next = `Put a valid key into the environment variable ${model.api_key_env}.`;
      return { name, state: 'fail', says: `${model.base_url} refuses (${response.status}), ${withKey}`, next };
    }
    return { name, state: 'ok', says: `${model.base_url} answers, ${withKey}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const next = 'Start the server, or correct `base_url` in reyn.yaml.';
    return { name, state: 'fail', says: `${model.base_url} does not answer: ${cause}`, next };
  }
}
