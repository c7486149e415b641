import { it } from 'vitest';
import { rowsOf } from './cases.ts';
import { openLab } from './lab.ts';
import { playOp } from './ops.ts';
import { isExpected } from './outcome.ts';

const classes = (process.env.CLS ?? 'path').split(',');
const OPS = new Set([
  'read_file',
  'write_file',
  'edit_file',
  'delete_file',
  'glob_files',
  'grep_files',
  'sandboxed_exec',
  'web_fetch',
  'mcp',
]);
it('tries', { timeout: 600000 }, async () => {
  for (const row of rowsOf()) {
    if (!classes.includes(row.cls) && !classes.includes(row.id)) continue;
    if (
      !OPS.has(row.op) ||
      row.setup.some((a) => ['repeat', 'race', 'kill9_at', 'model_obeys', 'then'].includes(a.do))
    ) {
      console.log(row.id, 'SKIP');
      continue;
    }
    const lab = await openLab(row);
    const at = Date.now();
    try {
      const o = await playOp(lab);
      const den = lab.events.filter((e) => e.type === 'permission_denied').map((e) => (e.data as any).by);
      console.log(
        isExpected(row.expected.verdict, o.verdicts) ? '  ' : '!!',
        row.id,
        row.expected.verdict,
        '=>',
        o.verdicts.join(),
        den.join(';'),
        Date.now() - at,
        'ms',
        o.said
          .replace(/\0/g, 'NUL')
          .replace(/\n/g, ' | ')
          .slice(0, process.env.LONG ? 3000 : 200),
      );
    } catch (e) {
      console.log('XX', row.id, e);
    }
    await lab.close();
  }
});
