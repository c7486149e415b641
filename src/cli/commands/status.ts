import type { Reyn } from '../../api.ts';
import { EXIT } from '../../os/errors.ts';
import { type Define, result } from '../cli.ts';
import { oneLine, type Paint, paint, plural, showBytes } from '../output.ts';
import { storeSize } from '../store-size.ts';
import { examples } from './examples.ts';

export const define: Define = (command, act) => {
  command
    .description('The project at a glance: skills, runs, open questions, the model in use and the size of the store.')
    .addHelpText('after', examples(['reyn status', 'skills, runs, inbox, settings, size']))
    .action(
      act(async (cli) => {
        const reyn = await cli.open();
        const status = statusOf(reyn);
        result(cli, status, () => showStatus(status, paint(cli.screen.color.out), cli.io.stdout.columns));
        return EXIT.done;
      }),
    );
};

type Status = {
  root: string;
  model: string;
  skills: { total: number; broken: string[]; shadowed: string[] };
  runs: Record<string, number>;
  latest?: { run: string; skill: string; status: string };
  damaged: { run: string; fault: string }[];
  inbox: { id: string; skill: string; text: string }[];
  store: { bytes: number; files: number };
};

function statusOf(reyn: Reyn): Status {
  const skills = reyn.skills.list();
  const runs = reyn.runs.list({ limit: Number.MAX_SAFE_INTEGER });
  const counts: Record<string, number> = {};
  for (const { status } of runs) counts[status] = (counts[status] ?? 0) + 1;
  const latest = runs.find(({ parent }) => parent === undefined); // as `latest` everywhere
  return {
    root: reyn.root,
    model: reyn.config.default,
    skills: {
      total: skills.filter(({ shadowedBy }) => shadowedBy === undefined).length,
      broken: skills.filter(({ error }) => error !== undefined).map(({ name }) => name),
      shadowed: skills.filter(({ shadowedBy }) => shadowedBy !== undefined).map(({ name }) => name),
    },
    runs: counts,
    ...(latest === undefined ? {} : { latest: { run: latest.run, skill: latest.skill, status: latest.status } }),
    damaged: runs
      .filter(({ status }) => status === 'damaged')
      .map(({ run, fault = 'its log cannot be read' }) => ({ run, fault })),
    inbox: reyn.inbox().map(({ id, skill, text }) => ({ id, skill, text })),
    store: storeSize(reyn.root),
  };
}

function showStatus(status: Status, { bold, dim, red, yellow }: Paint, width = Number.POSITIVE_INFINITY): string {
  const row = (label: string, text: string) => `${bold(label.padEnd(8))}${text}\n`;
  const { skills, runs, latest, damaged, inbox, store } = status;
  const total = Object.values(runs).reduce((sum, n) => sum + n, 0);
  const states = Object.entries(runs).map(([state, n]) =>
    state === 'damaged' ? red(`${n} ${state}`) : `${n} ${state}`,
  );
  const broken = skills.broken.length === 0 ? '' : red(` · do not load: ${skills.broken.join(', ')}`);
  const hidden = skills.shadowed.length === 0 ? '' : dim(` · hidden: ${skills.shadowed.join(', ')}`);
  const model = status.model === '' ? yellow('none: set `model:` in reyn.yaml') : status.model;
  return [
    row('project', status.root),
    row('model', model),
    row('skills', `${skills.total}${broken}${hidden}`),
    row('runs', total === 0 ? 'none' : `${total} · ${states.join(' · ')}`),
    ...(latest === undefined ? [] : [row('latest', `${latest.run} ${latest.skill} ${latest.status}`)]),
    ...damaged
      .slice(0, 5)
      .map(
        ({ run, fault }) =>
          `        ${red(`${run} ${oneLine(fault, width - 60)}`)}  ${dim('next:')} reyn audit verify ${run}\n`,
      ),
    row('inbox', inbox.length === 0 ? 'empty' : yellow(`${plural(inbox.length, 'open question')}: reyn inbox`)),
    ...inbox.slice(0, 5).map(({ id, skill, text }) => `        ${id} ${skill}: ${oneLine(text, width - 30)}\n`),
    row('store', `${showBytes(store.bytes)} in ${plural(store.files, 'file')}`),
  ].join('');
}
