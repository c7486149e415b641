import { calls, fails, type Scene, startWireServer, type WireServer } from '../os/models/wire-server.ts';

/** A server as the guide tells of it: it wants a key, knows the model qwen3, and writes the essay of the example. */
export function startModelServer(): Promise<WireServer> {
  return startWireServer((response, request) => sceneFor(request)(response, request));
}

function sceneFor({ headers, body }: Parameters<Scene>[1]): Scene {
  if (headers.authorization !== 'Bearer sk-example') return fails(401, { error: { message: 'no valid key' } });
  if (body.model !== 'qwen3') return fails(404, { error: { message: `model "${body.model}" not found` } });
  const names = body.tools?.map((tool) => tool.function.name) ?? [];
  if (names.join() === 'finish') return calls(['finish', { artifact: { text: 'ready' } }]); // of `reyn models test`
  const question = 'Is it hard to begin?';
  const user = body.messages.at(-1)?.content ?? '';
  const isOffered = (name: string) => body.tools?.some((tool) => tool.function.name === name) === true;
  if (isOffered('finish') && user.includes('revise → review')) {
    return calls(['finish', { artifact: { score: 0.9 }, reason: 'Short and to the point.', confidence: 0.9 }]);
  }
  if (isOffered('to_revise')) {
    const artifact = { changes: ['Drop the first sentence.'] };
    return calls(['to_revise', { artifact, reason: 'The first sentence says nothing.' }]);
  }
  const text = 'It is not hard: begin with the smallest part.';
  const isFirst = !user.includes('Path so far');
  if (isFirst)
    return calls(['to_review', { artifact: { question, text: `Well. ${text}` }, reason: 'A first version.' }]);
  return calls(['to_review', { artifact: { question, text }, reason: 'Done.' }]);
}
