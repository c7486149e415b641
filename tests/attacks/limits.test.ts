import { runLab } from './runs.ts';
import { attackSuite } from './suite.ts';

attackSuite('limits', {
  LM04: (lab) => {
    // as many as a turn may have, until the run may do no more
    const ops = (turn: number) =>
      Array.from({ length: 64 }, (_, i) => ({ kind: 'write_file', args: { path: `out/${turn}-${i}`, content: 'x' } }));
    const rules = Array.from({ length: 5 }, (_, at) => ({ match: { turn: at + 1 }, turn: { ops: ops(at) } }));
    return runLab(lab, rules, { limits: { max_ops: 120 } });
  },
});
