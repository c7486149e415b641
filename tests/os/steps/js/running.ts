import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Json } from '../../../../src/os/json.ts';
import { openJsEngine } from '../../../../src/os/steps/js/engine.ts';
import type { JsCall, JsEnd } from '../../../../src/os/steps/js/port.ts';

export const NEVER = new AbortController().signal;

/** A call of `rank` in `steps/rank.js`, whose source this is. */
export function callOf(source: string, rest: Partial<JsCall> = {}): JsCall {
  const { modules, ...others } = rest;
  return {
    modules: { 'rank.js': source, ...modules },
    module: 'rank.js',
    function: 'rank',
    input: {},
    seed: 'a',
    ...others,
  };
}

/** The source of a module whose function `rank` returns what the expression says; `x` is its input. */
export const returning = (expression: string): string => `export const rank = (x) => (${expression});`;

/** An engine for the tests of a file. */
export function useEngine() {
  const engine = openJsEngine();
  afterAll(() => engine.close());
  const run = (source: string, rest?: Partial<JsCall>): Promise<JsEnd> => engine.run(callOf(source, rest), NEVER);
  return {
    engine,
    run,
    /** What `rank` returns. */
    value: async (source: string, rest?: Partial<JsCall>): Promise<Json> => {
      const end = await run(source, rest);
      if (!end.ok) throw new Error(`${end.code}: ${end.message}`);
      return end.value;
    },
    /** `code: message` of a call that must fail. */
    fault: async (source: string, rest?: Partial<JsCall>): Promise<string> => {
      const end = await run(source, rest);
      if (end.ok) throw new Error(`it returned ${JSON.stringify(end.value)}`);
      return `${end.code}: ${end.message}`;
    },
  };
}

/** What a process prints that has an engine (`run`, `close`) and a function `again` that makes the call. */
export function runAlone(call: JsCall, script: string, env: Readonly<Record<string, string>> = {}): string {
  const module = fileURLToPath(new URL('../../../../src/os/steps/js/engine.ts', import.meta.url));
  const opening = `import { openJsEngine } from ${JSON.stringify(module)};
    const { run, close } = openJsEngine();
    const again = () => run(${JSON.stringify(call)}, new AbortController().signal);`;
  const args = ['--input-type=module', '-e', `${opening}\n${script}`];
  return execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, ...env },
  }).trim();
}
