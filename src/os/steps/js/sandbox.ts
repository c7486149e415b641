import variant from '@jitl/quickjs-singlefile-cjs-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { JS_LIMITS } from './port.ts';
import { PRELUDE, TOOLS, type Tool } from './prelude.ts';

/** What is used of WebAssembly, whose types come only with those of browsers. */
type Memory = { readonly buffer: ArrayBuffer };
declare const WebAssembly: { readonly Memory: new (pages: { initial: number; maximum: number }) => Memory };

/**
 * One instance of QuickJS and its memory.
 *
 *  - S1 The memory cannot grow beyond the limit. QuickJS's own count does not see the size of blocks in this build, so
 *    its limit alone would let far more through.
 *  - S2 A room is a fresh runtime; nothing of one call is there in the next.
 *  - S3 An instance that failed inside, or whose memory grew, is not used again. After an exhausted memory, and after
 *    many objects made by a promise, freeing a runtime can end in a failed assertion of QuickJS.
 */
export type Sandbox = {
  readonly quickjs: QuickJSWASMModule;
  readonly memory: Memory;
};

/** A fresh runtime with the prelude in it, for one call. */
export type Room = {
  readonly runtime: QuickJSRuntime;
  readonly context: QuickJSContext;
  /** Calls a function of the prelude. */
  ask(tool: Tool, ...args: QuickJSHandle[]): ReturnType<QuickJSContext['callFunction']>;
  /** Whether the memory is so full that a failure without a reason was the lack of it. */
  isFull(): boolean;
  /** Frees the room. Whether the sandbox may be used again. */
  leave(): boolean;
};

const PAGE = 65_536;
/** What the engine itself is built for; it cannot start with less. */
const INITIAL_BYTES = 16 * 1024 * 1024;
/** About 2,700 calls within calls. A thread's native stack must hold what this lets through. */
const STACK_BYTES = 512 * 1024;

export async function openSandbox(): Promise<Sandbox> {
  const memory = new WebAssembly.Memory({ initial: INITIAL_BYTES / PAGE, maximum: JS_LIMITS.memoryBytes / PAGE });
  const silent = () => undefined; // it would print failed assertions, which are told as faults
  const settings = { wasmMemory: memory, print: silent, printErr: silent };
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(variant.default, { emscriptenModule: settings }));
  return { quickjs, memory };
}

export function openRoom({ quickjs, memory }: Sandbox): Room {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(JS_LIMITS.memoryBytes);
  runtime.setMaxStackSize(STACK_BYTES);
  const context = runtime.newContext();
  const prelude = context.evalCode(PRELUDE, 'reyn', { type: 'global' }).unwrap();
  const tools = new Map(TOOLS.map((tool) => [tool, context.getProp(prelude, tool)]));
  prelude.dispose();
  return {
    runtime,
    context,
    ask: (tool, ...args) => context.callFunction(tools.get(tool) ?? context.undefined, context.undefined, ...args),
    isFull: () => memory.buffer.byteLength > 0.9 * JS_LIMITS.memoryBytes,
    leave: () => {
      if (memory.buffer.byteLength > INITIAL_BYTES) return false; // S3
      try {
        for (const handle of tools.values()) handle.dispose();
        context.dispose();
        runtime.dispose();
        return true;
      } catch {
        return false;
      }
    },
  };
}
