export { openSandbox, type SandboxOptions } from './os/sandbox/open.ts';
export type { NoSandbox, Sandbox } from './os/sandbox/port.ts';
export { type Probe, probeSandbox } from './os/sandbox/probe.ts';
