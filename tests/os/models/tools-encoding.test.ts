import { describe, expect, it } from 'vitest';
import { DEGRADATIONS } from '../../../src/os/models/schema-codec.ts';
import { toolsRequest, wireName } from '../../../src/os/models/tools-encoding.ts';
import type { WireTool } from '../../../src/os/models/wire-request.ts';
import { compileSchema } from '../../../src/os/schema.ts';
import { frame } from './frames.ts';

describe('a frame as tools', () => {
  it.each(DEGRADATIONS)('describes arguments that come back as they were meant, as far as %s', (step) => {
    const review = toolsRequest(frame(), step).tools[0] as WireTool;
    const artifact = { title: 'Bees', points: ['one'] };
    const sent =
      review.strict === true ? { artifact: { ...artifact, note: null }, reason: null, confidence: 0.5 } : { artifact };
    expect(compileSchema(review.parameters)(sent)).toEqual([]);
    expect(review.undo(sent)).toMatchObject({ artifact });
    expect(Object.keys((review.undo(sent) as typeof sent).artifact)).toEqual(['title', 'points']);
  });

  it('is strict throughout where the provider is', () => {
    for (const { strict, parameters } of toolsRequest(frame(), 'limit_size').tools) {
      expect(strict).toBe(true);
      expect(parameters).toMatchObject({
        additionalProperties: false,
        required: Object.keys(parameters.properties ?? {}),
      });
    }
  });

  it('leaves arguments of any other form to the contract', () => {
    for (const tool of toolsRequest(frame(), 'limit_size').tools) {
      for (const odd of [null, 5, 'x', [], {}, { artifact: null }, { artifact: 5 }, { other: { note: null } }]) {
        expect(tool.undo(odd)).toEqual(odd);
      }
    }
  });

  it('is the same for the same frame, section by section and tool by tool', () => {
    const [one, other] = [toolsRequest(frame(), 'inline_refs'), toolsRequest(frame(), 'inline_refs')];
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('names tools so that two odd ids stay two', () => {
    const ids = ['to_@a', 'to_a', 'to_#a', `to_${'x'.repeat(70)}1`, `to_${'x'.repeat(70)}2`];
    const names = ids.map(wireName);
    expect(new Set(names).size).toBe(ids.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(wireName('to_review__draft')).toBe('to_review__draft');
  });
});
