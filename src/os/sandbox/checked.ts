import { OpError } from '../op-error.ts';
import type { Sandbox, SandboxEnd, SandboxRequest } from './port.ts';
import { inTurn } from './queue.ts';
import { checkRequest } from './request.ts';

const NEVER_BEGUN: SandboxEnd = {
  status: 'stopped',
  why: 'aborted',
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  ms: 0,
};

/** A sandbox that checks what it is asked, waits for its turn, and fails with an OpError and nothing else. */
export function checkedSandbox(
  backend: Sandbox['backend'],
  run: (request: SandboxRequest) => Promise<SandboxEnd>,
): Sandbox {
  return {
    backend,
    run: async (request) => {
      checkRequest(request);
      try {
        return (await inTurn(request.signal, () => run(request))) ?? NEVER_BEGUN;
      } catch (error) {
        if (error instanceof OpError) throw error;
        throw new OpError('sandbox', `The sandbox could not be started: ${(error as Error).message}`);
      }
    },
  };
}
