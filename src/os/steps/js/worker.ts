import { type MessagePort, parentPort } from 'node:worker_threads';
import { evaluate } from './evaluate.ts';
import { openRoom, openSandbox } from './sandbox.ts';
import type { JsReply, JsRequest } from './wire.ts';

/** Entry of a worker thread: one request after the other, each in a room that was made before it came. */

async function serve(port: MessagePort): Promise<void> {
  // QuickJS asks the host for the distance to UTC; in a step every machine is at UTC.
  Date.prototype.getTimezoneOffset = () => 0;
  const reply = (message: JsReply) => port.postMessage(message);
  let sandbox = await openSandbox();
  let room = openRoom(sandbox);
  port.on('message', async (request: JsRequest) => {
    const { answer, leave } = evaluate(room, request);
    reply({ kind: 'answer', answer });
    if (!leave()) sandbox = await openSandbox();
    room = openRoom(sandbox);
    reply({ kind: 'ready' });
  });
  reply({ kind: 'ready' });
}

if (parentPort !== null) void serve(parentPort);
