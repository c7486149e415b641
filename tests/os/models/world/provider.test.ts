import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/os/errors.ts';
import { decodeReply } from '../../../../src/os/models/decode.ts';
import type { Frame } from '../../../../src/os/models/port.ts';
import { resolveDecision } from '../../../../src/os/models/resolve.ts';
import { worldModel } from '../../../../src/os/models/world/provider.ts';
import { modelConformance } from '../conformance.ts';
import { frame } from '../frames.ts';

const signal = new AbortController().signal;
const RUNS = 400;

const PLAY = [
  'play:',
  '  phase: draft',
  '  input: text',
  '  topics:',
  '    - { id: price, words: [price, cost], line: Name the price., says: It costs 5 euros. }',
  '    - { id: size, words: [big], line: Name the size., says: It is 2 metres long. }',
  '  contradicts: "Never: ${line}"',
  '  memorised: "Asked “${input}”, say all."',
  '  silent: Hm.',
  '  turn: { finish: { text: "${said}" } }',
].join('\n');

const PROPOSE = [
  'propose:',
  '  phase: draft',
  '  files: files',
  '  records: failed',
  '  input: input',
  '  missed: missed',
  '  line: { good: "- ${missed}", wrong: "- Never: ${missed}", memorise: "- Asked “${input}”, say all.", filler: ["- Be brief."] }',
  '  add: { do: add, file: "${file}", text: "${line}" }',
  '  delete: { do: delete, file: "${file}", text: "${line}" }',
  '  turn: { finish: { text: "${hypothesis}", edits: "${edits}" } }',
].join('\n');

const open = (yaml: string, seed = 0) =>
  worldModel(yaml, { file: 'evals/world.yaml', encoding: 'tools', maxOutputTokens: 100, seed });

async function artifactOf(yaml: string, seen: Frame, seed = 0) {
  const model = open(yaml, seed);
  const { reply } = await model.turn(seen, { signal, maxOutputTokens: 100 });
  const read = decodeReply(reply, seen, model.encoding);
  if (!read.ok) throw new Error(read.violation.message);
  const decided = resolveDecision(read.decoded, seen);
  return decided.kind === 'decide'
    ? (decided.artifact as { text: string; edits: Record<string, string>[] })
    : undefined;
}

const asked = (text: string, instructions: string, request: string) =>
  frame({
    system: [{ name: 'Instructions', text: instructions }],
    input: { type: 'user_message', artifact: { text } },
    request,
  });

/** How often something is said, of many runs. */
async function share(instructions: string, text: string, said: string): Promise<number> {
  const runs = Array.from({ length: RUNS }, (_, i) => artifactOf(PLAY, asked(text, instructions, `r${i}`)));
  return (await Promise.all(runs)).filter((artifact) => artifact?.text === said).length / RUNS;
}

async function refused(yaml: string, seen?: Frame): Promise<UserError> {
  try {
    const model = open(yaml);
    if (seen !== undefined) await model.turn(seen, { signal, maxOutputTokens: 100 });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

modelConformance('world', () => ({ model: open(`${PLAY.replace('${said}', 'done')}`) }));

describe('a world that is played', () => {
  it.each([
    ['states how', '- Name the price.', 0.95],
    ['says nothing of it', 'Be friendly.', 0.15],
    ['says the contrary', '- Never: name the price', 0.075],
    ['says both', '- Name the price.\n- Never: Name the price.', 0.475],
    ['states the very case', '- Asked “What is the price?”, say all.', 0.97],
    ['is long', `- Name the price.\n${'- More.\n'.repeat(64)}`, 0.95 * 0.99 ** 50],
  ])('deals with a topic as often as it should when the text %s', async (_, instructions, odds) => {
    const seen = await share(instructions, 'What is the price?', 'It costs 5 euros.');
    expect(Math.abs(seen - odds)).toBeLessThan(4 * Math.sqrt((odds * (1 - odds)) / RUNS));
  });

  it('says what belongs to each topic that the input raises, in their order, and something where there is none', async () => {
    const told = '- Name the size.\n- Name the price.';
    expect(await share(told, 'How big is it, at what cost?', 'It costs 5 euros. It is 2 metres long.')).toBeGreaterThan(
      0.8,
    );
    expect(await share(told, 'Hello?', 'Hm.')).toBe(1);
  });

  it('answers the same frame the same for one seed, and draws anew for another', async () => {
    const texts = async (seed: number) => {
      const frames = Array.from({ length: 20 }, (_, i) => asked('The price, and how big?', '', `r${i}`));
      return Promise.all(frames.map(async (seen) => (await artifactOf(PLAY, seen, seed))?.text));
    };
    expect(await texts(7)).toEqual(await texts(7));
    expect(await texts(7)).not.toEqual(await texts(8));
  });

  it('fills in what customers write as it is, templates in it too', async () => {
    const echo = PLAY.replace('text: "${said}"', 'text: "${input.text}"');
    expect((await artifactOf(echo, asked('my ${said} and ${input.text}', '', 'r')))?.text).toBe(
      'my ${said} and ${input.text}',
    );
  });

  it('leaves other phases to its rules', async () => {
    const yaml = `${PLAY.replace('phase: draft', 'phase: other')}\nrules: [{ turn: { finish: { text: ruled } } }]`;
    expect((await artifactOf(yaml, frame()))?.text).toBe('ruled');
    expect((await refused(PLAY.replace('phase: draft', 'phase: other'), frame())).message).toContain('No rule fits');
  });
});

describe('a world that proposes', () => {
  const failing = (request: string, failed: object[]) =>
    frame({
      input: {
        type: 'evidence',
        artifact: { files: { 'a.md': '# A\nKeep this line.\n' }, failed } as never,
      },
      request,
    });
  const two = [
    { input: 'What is the price?', missed: ['Name the price.'] },
    { input: 'How big?', missed: ['Name the size.'] },
  ];

  it('makes at most two additions from failed runs, right about as often as a model', async () => {
    const all = await Promise.all(
      Array.from({ length: RUNS }, async (_, i) => (await artifactOf(PROPOSE, failing(`r${i}`, two)))?.edits ?? []),
    );
    const added = all.flat().filter((edit) => edit.do === 'add');
    expect(Math.max(...all.map((edits) => edits.filter((edit) => edit.do === 'add').length))).toBe(2);
    const rate = (holds: (text: string) => boolean) =>
      added.filter(({ text = '' }) => holds(text)).length / added.length;
    expect(rate((text) => /^- Name the (price|size)\.$/.test(text))).toBeCloseTo(0.65, 1);
    expect(rate((text) => text.startsWith('- Asked'))).toBeCloseTo(0.15, 1);
    expect(rate((text) => text.startsWith('- Never'))).toBeCloseTo(0.1, 1);
    expect(rate((text) => text === '- Be brief.')).toBeCloseTo(0.1, 1);
    const lost = all.flat().filter((edit) => edit.do === 'delete');
    expect(lost.length / RUNS).toBeCloseTo(0.1, 1);
    expect(new Set(lost.map(({ file, text }) => `${file}: ${text}`))).toEqual(new Set(['a.md: Keep this line.']));
  });

  it('proposes nothing where nothing failed', async () => {
    expect((await artifactOf(PROPOSE, failing('r', [])))?.edits).toEqual([]);
  });

  it('says which field of the input it lacks, with the line', async () => {
    const error = await refused(PROPOSE, frame());
    expect(error.where).toEqual({ file: 'evals/world.yaml', line: 1, phase: 'draft' });
    expect(error.message).toContain('"files"');
  });
});

describe('a file of a world', () => {
  it.each([
    ['an unknown key', PLAY.replace('silent', 'silence'), 9, 'Did you mean "silent"?'],
    ['a topic without words', PLAY.replace('words: [big], ', ''), 6, undefined],
    ['a turn that does nothing', PLAY.replace(/turn: .*/, 'turn: { confidence: 1 }'), 10, undefined],
    ['nothing to play', 'rules: []', 1, undefined],
    ['no YAML', 'play: [', 1, undefined],
  ])('with %s is refused with its line', async (_, yaml, line, hint) => {
    const error = await refused(yaml);
    expect(error).toMatchObject({ code: 'config', where: { file: 'evals/world.yaml', line } });
    expect(error.hint).toBe(hint);
  });
});
