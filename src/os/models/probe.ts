import type { JsonSchema } from '../schema.ts';
import { type AskEnv, type Asked, askOnce, type Question } from './ask-once.ts';
import { type HostedConfig, stepsOf } from './hosted.ts';
import type { OpOffer, Usage } from './port.ts';
import { ProviderError, refusesSchema } from './provider-failure.ts';
import type { Degradation } from './schema-codec.ts';

/** What a probe found out about a model: what to put to it, and one line for each thing tried. */
export type Findings = {
  /** The encoding that works; absent when neither does. */
  readonly encoding?: 'tools' | 'json';
  /** The first step of degradation that is taken; absent when tools do not work. */
  readonly schema?: Degradation;
  readonly findings: readonly Finding[];
  readonly calls: number;
  readonly usage: Usage;
};

export type Finding = { readonly what: string; readonly supported: boolean; readonly note: string };

const GREET = 'Greet the reader in one short sentence, as `text` of the artifact.';
const PROSE = 'Write one short friendly sentence.';
const THREE = 'Ask for the notes a, b and c, all at once in this answer.';

const NOTE: OpOffer = {
  kind: 'read_note',
  summary: 'Reads one note.',
  input: {
    type: 'object',
    properties: { name: { type: 'string', description: 'Name of the note.' } },
    required: ['name'],
    additionalProperties: false,
  },
};

/** A schema with what servers are known to refuse: long bounds, patterns, choices, many optional fields. */
const DEMANDING: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 4000, pattern: '^[^\\n]*$' },
    kind: { enum: ['letter', 'report', 'note'] },
    score: { type: 'number', minimum: 0, maximum: 1 },
    part: {
      oneOf: [
        { type: 'object', properties: { text: { type: 'string' } }, required: ['text'], additionalProperties: false },
        { type: 'object', properties: { list: { type: 'array', items: { type: 'string' }, maxItems: 2000 } } },
      ],
    },
    ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`note_${i + 1}`, { type: 'string' }])),
  },
  required: ['title'],
  additionalProperties: false,
};

/**
 * Tries what a run would ask of a model, from tools to JSON in text. The provider's own steps are tried, whatever
 * config says; a refusal is a finding.
 * @throws UserError `model` when the provider is not there, or refuses for another reason than what was tried.
 */
export async function probe(key: string, config: HostedConfig, env: AskEnv, signal: AbortSignal): Promise<Findings> {
  const asked: Asked[] = [];
  const steps = stepsOf({ provider: config.provider });
  let refusal: ProviderError | undefined;
  const ask = async (encoding: 'tools' | 'json', step: Degradation, question: Question): Promise<Asked | string> => {
    try {
      const answer = await askOnce(key, { ...config, encoding }, { ...env, steps: [step] }, question, signal);
      asked.push(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof ProviderError) || !isAnswer(error)) throw error;
      refusal = error;
      return error.message;
    }
  };
  const [simplest] = steps.slice(-1) as [Degradation];

  const tools = finding('tools', await ask('tools', simplest, { text: GREET }), keeps);
  const found: Finding[] = [tools];
  let schema: Degradation | undefined;
  if (tools.supported) {
    found.push(finding('a tool is called when one must be', await ask('tools', simplest, { text: PROSE }), acts));
    const three = await ask('tools', simplest, { text: THREE, ops: [NOTE] });
    found.push(finding('several ops in one answer', three, several));
    for (const step of steps) {
      const answer = await ask('tools', step, { text: GREET, schema: DEMANDING });
      found.push(finding(`schemas: ${step}`, answer, () => true));
      if (typeof answer === 'string') continue;
      schema = step;
      break;
    }
  }
  const json = finding('json in text', await ask('json', simplest, { text: GREET }), keeps);
  found.push(json);
  if (asked.length === 0 && refusal !== undefined) throw refusal;
  const counts = asked.some(({ usage }) => usage.input > 0 && usage.output > 0);
  found.push({
    what: 'tokens are counted',
    supported: counts,
    note: counts ? '' : 'limits assume the most there can be',
  });
  const encoding = schema !== undefined ? 'tools' : json.supported ? 'json' : undefined;
  return {
    ...(encoding === undefined ? {} : { encoding }),
    ...(schema === undefined ? {} : { schema }),
    findings: found,
    calls: asked.length,
    usage: sum(asked.map(({ usage }) => usage)),
  };
}

/** Whether a refusal says something about what was tried, rather than about key, name or server. */
function isAnswer(error: ProviderError): boolean {
  const { status, message } = error;
  if (/\bapi[ _-]?key\b/i.test(message)) return false;
  return status === 400 || status === 422 || status === 501 || refusesSchema({ said: message, ...statusOf(status) });
}

function statusOf(status: number | undefined): { status?: number } {
  return status === undefined ? {} : { status };
}

function finding(what: string, answer: Asked | string, test: (answer: Asked) => boolean): Finding {
  if (typeof answer === 'string') return { what, supported: false, note: answer };
  if (test(answer)) return { what, supported: true, note: '' };
  return { what, supported: false, note: answer.violation?.message ?? 'It answered otherwise.' };
}

const keeps = ({ violation }: Asked) => violation === undefined;
const acts = ({ decoded }: Asked) => decoded !== undefined;
const several = ({ decoded }: Asked) => (decoded?.ops.length ?? 0) > 1;

function sum(usages: readonly Usage[]): Usage {
  return {
    input: usages.reduce((total, { input }) => total + input, 0),
    output: usages.reduce((total, { output }) => total + output, 0),
    cached: usages.reduce((total, { cached = 0 }) => total + cached, 0),
  };
}
