import type { Reyn } from '../../api.ts';
import { moment, oneLine } from '../output.ts';
import type { Candidate, NameKind } from './candidates.ts';

/** Names of one kind that a project has. Whatever is wrong with the project, completing stays silent. */
export async function namesOf(kind: NameKind, open: () => Promise<Reyn>): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'skill':
      return (await open()).skills
        .list()
        .filter(({ shadowedBy }) => shadowedBy === undefined)
        .map(({ name, description }) => ({ value: name, about: description }));
    case 'run':
      return [
        { value: 'latest', about: 'the newest' },
        ...(await open()).runs
          .list({ limit: 50 })
          .map(({ run, skill, status, started }) => ({ value: run, about: `${skill} ${status}, ${moment(started)}` })),
      ];
    case 'question':
      return [
        { value: 'latest', about: 'the newest' },
        ...(await open())
          .inbox()
          .map(({ id, skill, text }) => ({ value: id, about: `${skill}: ${oneLine(text, 60)}` })),
      ];
    case 'model': {
      const { define } = (await open()).config;
      return Object.keys({ ...define, scripted: true }).map((value) => ({ value, about: '' }));
    }
    case 'key': {
      const { configKeys } = await import('../../settings.ts');
      return configKeys();
    }
    case 'type': {
      const { PROJECT_EVENTS, RUN_EVENTS } = await import('../../index.ts');
      const types = { ...PROJECT_EVENTS, ...RUN_EVENTS } as Record<string, { readonly description?: string }>;
      return Object.entries(types).map(([value, { description = '' }]) => ({ value, about: description }));
    }
  }
}
