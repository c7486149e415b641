import { expect } from 'vitest';
import type { Lab } from './lab.ts';
import type { Outcome } from './outcome.ts';
import { playOp } from './play.ts';
import { runLab, turns } from './runs.ts';
import { attackSuite, type Players } from './suite.ts';

/** What a row that must succeed has to bring. */
const BRINGS: Readonly<Record<string, object | undefined>> = {
  ...Object.fromEntries(['OK02', 'OK03', 'OK04', 'OK08', 'OK09', 'OK10'].map((id) => [id, { text: 'ok' }])),
  OK13: undefined,
  OK16: { replaced: 1 },
  OK18: { files: expect.arrayContaining(['a/b.md']) },
  OK19: { matches: ['a.ts:1:// TODO(x)'] },
  OK22: { exit: 0, stdout: expect.stringMatching(/^[0-9a-f]{7,} the first commit\n$/) },
  OK23: { exit: 3 },
};

function bringing(wanted: object | undefined): (lab: Lab) => Promise<Outcome> {
  return async (lab) => {
    const outcome = await playOp(lab);
    if (wanted === undefined) expect(outcome.result).toBeUndefined();
    else expect(outcome.result).toMatchObject(wanted);
    return { ...outcome, verdicts: outcome.verdicts.map((verdict) => (verdict === 'ran' ? 'ok' : verdict)) };
  };
}

const PLAYERS: Players = {
  ...Object.fromEntries(Object.entries(BRINGS).map(([id, wanted]) => [id, bringing(wanted)])),
  OK28: async (lab) => {
    const asked: string[] = [];
    const rules = turns([{ kind: 'ask_user', args: lab.row.input }]);
    const outcome = await runLab(lab, rules, {
      ask: async ({ text }) => {
        asked.push(text);
        return 'that one';
      },
    });
    expect(asked).toEqual(['Which file?']);
    expect(JSON.stringify(lab.events)).toContain('{"answer":"that one"}');
    return outcome;
  },
};

attackSuite('control', PLAYERS);
