import { describe, expect, it } from 'vitest';
import { type ChainRules, readChain } from '../../../src/os/events/chain.ts';
import { encodeLine } from '../../../src/os/events/line.ts';

const RULES: ChainRules = { types: { step: true, end: true }, terminal: ['end'], run: 'r' };

type Change = { seq?: number; epoch?: number; type?: string; run?: string; prev?: string };

/** A log of as many lines as there are changes, each chained to the one before but for what its change says. */
function log(...changes: readonly Change[]): string[] {
  let prev = '';
  return changes.map((change, i) => {
    const envelope = { seq: i + 1, epoch: 1, ts: 't', type: 'step', run: 'r', step: undefined, prev, ...change };
    const { line, hash } = encodeLine(envelope, `{"n":${i}}`);
    prev = hash;
    return line;
  });
}

const read = (lines: readonly string[], goOn = false) => readChain(Buffer.from(lines.join('')), RULES, undefined, goOn);
const faults = (lines: readonly string[]) => read(lines).faults.map(({ reason, line }) => `${reason} ${line}`);

describe('readChain', () => {
  const whole = log({}, {}, { epoch: 2 }, { epoch: 2, type: 'end' });

  it('reads a whole log and says what the next line must join on to', () => {
    const chain = read(whole);
    expect(chain.faults).toEqual([]);
    expect(chain.torn).toBeUndefined();
    expect(chain.lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(chain.link).toEqual({ seq: 4, epoch: 2, hash: chain.lines[3]?.hash });
    expect(chain.end).toBe(whole.join('').length);
  });

  it.each<[string, readonly string[], string]>([
    ['a line removed', [whole[0], whole[2], whole[3]] as string[], 'bad_seq 2'],
    ['two lines swapped', [whole[0], whole[2], whole[1], whole[3]] as string[], 'bad_seq 2'],
    ['a line doubled', [whole[0], whole[0], whole[1]] as string[], 'bad_seq 2'],
    ['the first line removed', whole.slice(1), 'bad_seq 1'],
    ['a line changed', [whole[0], (whole[1] as string).replace('"n":1', '"n":9'), whole[2]] as string[], 'bad_hash 2'],
    ['a line of another chain', log({}, { prev: 'x'.repeat(43) }), 'bad_prev 2'],
    ['an earlier epoch after a later one', log({}, { epoch: 2 }, { epoch: 1 }), 'bad_epoch 3'],
    ['an event of another run', log({}, { run: 'other' }), 'bad_run 2'],
    ['something after the end', log({}, { type: 'end' }, {}), 'after_end 3'],
    ['an unknown type', log({}, { type: 'toString' }), 'unknown_type 2'],
    ['an empty line', [whole[0], '\n', whole[1]] as string[], 'bad_hash 2'],
  ])('finds %s', (_, lines, expected) => {
    expect(faults(lines)).toEqual([expected]);
  });

  it.each<[string, string]>([
    ['without its newline', (whole[2] as string).slice(0, -1)],
    ['cut short', (whole[2] as string).slice(0, 20)],
    ['with a bad hash', (whole[2] as string).replace('"n":2', '"n":3')],
    ['of zeros', '\0'.repeat(100)],
  ])('takes a last line %s as torn and keeps what is before it', (_, last) => {
    const chain = read([...whole.slice(0, 2), last]);
    expect(chain.faults).toEqual([]);
    expect(chain.lines).toHaveLength(2);
    expect(chain.torn).toEqual({ at: chain.end, bytes: last.length, line: 3 });
    expect(chain.end).toBe(whole.slice(0, 2).join('').length);
  });

  it('takes a line that a power cut left a hole in as torn with all behind it, also where whole lines follow', () => {
    const holed = (whole[1] as string).replace('"n":1', '\0\0\0\0\0');
    const chain = read([whole[0] as string, holed, whole[2] as string, whole[3] as string]);
    expect(chain.faults).toEqual([]);
    expect(chain.lines).toHaveLength(1);
    const rest = [holed, ...whole.slice(2)].join('');
    expect(chain.torn).toEqual({ at: chain.end, bytes: rest.length, line: 2 });
  });

  it('does not take two bad lines at the end as torn', () => {
    const bad = (whole[2] as string).replace('"n":2', '"n":3');
    expect(faults([...whole.slice(0, 2), bad, bad])).toEqual(['bad_hash 3']);
  });

  it('finds every fault when told to go on', () => {
    const lines = log({}, {}, {}, {}, {}, {});
    lines[1] = (lines[1] as string).replace('"n":1', '"n":7');
    lines.splice(3, 1);
    const chain = read(lines, true);
    expect(chain.faults.map(({ reason, line }) => `${reason} ${line}`)).toEqual(['bad_hash 2', 'bad_seq 4']);
    expect(chain.numbers).toEqual([1, 2, 3, 4, 5]);
  });
});
