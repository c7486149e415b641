import { resolve } from 'node:path';
import { FROM_FILE, isFromFile } from '../../os/config/schema.ts';
import { UserError } from '../../os/errors.ts';
import type { Json } from '../../os/json.ts';
import { requestDigest } from '../../os/kernel/frame.ts';
import { costOf } from '../../os/limits/reserve.ts';
import { decodeReply } from '../../os/models/decode.ts';
import { openModel } from '../../os/models/open.ts';
import type { Frame, Model } from '../../os/models/port.ts';
import { withPrice } from '../../os/models/prices.ts';
import { redactedModel } from '../../os/models/redacted.ts';
import { resolveDecision } from '../../os/models/resolve.ts';
import type { ModelRequest } from '../../os/ops/op.ts';
import { refuseUntrusted } from '../../os/runs/models.ts';
import type { Project } from '../../os/runs/project.ts';
import { compileSchema, showErrors } from '../../os/schema.ts';
import { readEvalFile } from '../../os/skills/source.ts';
import type { AskJudge } from './scorers/scorer.ts';

/** What the phase of a judge is called, for rules of a scripted model. */
const PHASE = 'judge';

/**
 * Judges are the models of the configuration, whatever model the evaluated runs are to have: what is measured must not
 * measure itself. Each time a judge is asked it gets another seed.
 * @param dir folder of the skill, whose file a model without a network answers from.
 */
export function judgeOf(project: Project, dir: string): AskJudge {
  const opened = new Map<string, Model>();
  const modelOf = (modelClass: string, seed: number): Model => {
    const key = `${modelClass} ${seed}`;
    const model = opened.get(key) ?? openJudge(project, dir, modelClass, seed);
    opened.set(key, model);
    return model;
  };
  return async (request, { modelClass, repeat, signal }) => {
    const model = modelOf(modelClass, repeat);
    const frame = frameOf(request, modelClass);
    const { reply, usage } = await model.turn(frame, { signal, maxOutputTokens: model.maxOutputTokens });
    const { input, output } = usage;
    const usd = usage.usd ?? costOf(usage, model.price) ?? 0;
    return { answer: answerIn(reply, frame, model, request), usage: model.metered ? { input, output, usd } : NOTHING };
  };
}

const NOTHING = { input: 0, output: 0, usd: 0 };

function openJudge(
  { config, env, clock, redact, root }: Project,
  dir: string,
  modelClass: string,
  seed: number,
): Model {
  const key = config.classes[modelClass] ?? config.default;
  refuseUntrusted(config, key);
  const found = config.define[key];
  if (found === undefined) {
    throw new UserError('config', `no model is configured for the class "${modelClass}" of a judge`, {
      where: { file: 'reyn.yaml' },
    });
  }
  const { provider } = found;
  const text = isFromFile(provider) ? readEvalFile(resolve(root, dir), FROM_FILE[provider]) : undefined;
  const scripted = text === undefined || !isFromFile(provider) ? {} : { scripted: { text, file: FROM_FILE[provider] } };
  return redactedModel(openModel(key, withPrice(found), { env, clock, seed, ...scripted }), redact);
}

function frameOf({ system, user, type, schema }: ModelRequest, modelClass: string): Frame {
  const frame = {
    phase: PHASE,
    visit: 1,
    turn: 1,
    attempt: 1,
    modelClass,
    system,
    user,
    candidates: [{ id: 'finish', kind: 'finish', type, schema } as const],
    ops: [],
    input: { type: PHASE, artifact: null },
    results: [],
  };
  return { ...frame, request: requestDigest(frame) };
}

/** @throws UserError `model` when the answer is not of the form that was asked for. */
function answerIn(
  reply: Parameters<typeof decodeReply>[0],
  frame: Frame,
  { encoding }: Model,
  { schema }: ModelRequest,
): Json {
  const read = decodeReply(reply, frame, encoding);
  if (!read.ok) throw outOfForm(read.violation.message);
  const resolved = resolveDecision(read.decoded, frame);
  if (resolved.kind !== 'decide') {
    throw outOfForm(resolved.kind === 'violation' ? resolved.violation.message : 'it asks for an op.');
  }
  const errors = compileSchema(schema)(resolved.artifact);
  if (errors.length > 0) throw outOfForm(showErrors(errors));
  return resolved.artifact as Json;
}

function outOfForm(why: string): UserError {
  return new UserError('model', `the judge answered out of form: ${why}`);
}
