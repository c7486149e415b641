import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export type WorldOptions = {
  readonly jobs: number;
  readonly seeds: number;
  readonly from: number;
  readonly write: boolean;
};

/** `--seeds n --from first --jobs threads --write`. */
export function worldOptions(seeds: number, from: number): WorldOptions {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    jobs: Number(values.jobs ?? availableParallelism()),
    seeds: Number(values.seeds ?? seeds),
    from: Number(values.from ?? from),
    write: values.write,
  };
}
