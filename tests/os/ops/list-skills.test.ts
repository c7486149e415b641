import { describe, expect, it } from 'vitest';
import { getPath } from '../../../src/os/json.ts';
import type { RunOutcome } from '../../../src/os/runs/outcome.ts';
import { inProject, onePhase, type ProjectSpec, phase, phases, type TestProject } from '../../project.ts';

/** A skill whose one step asks which skills there are. */
const asking = (skill: string, args = '{}') =>
  phases(
    'asking',
    [
      'artifacts: { found: { type: object, properties: { text: { type: string }, found: { type: object } }, required: [found] } }',
      `permissions: { skill: ${skill} }`,
    ],
    phase(
      'ask',
      'input: user_message',
      'model_class: none',
      'preprocessor:',
      `  - { type: op, op: list_skills, args: ${args}, into: found }`,
    ),
  );

const OTHERS = {
  apples: {
    md: onePhase(
      'apples',
      'artifacts: { basket: { text: string } }',
      'routing: { triggers: Pick apples, when_to_use: [In autumn.], examples: { positive: [Pick ten.], negative: [Pears.] } }',
    ),
  },
  pears: {
    md: phases(
      'pears',
      ['artifacts: { tree: { height: number }, basket: { text: string } }', 'final_output: basket'],
      phase('pick', 'input: tree'),
    ),
  },
  broken: { md: '---\ntype: skill\nname: broken\n---\n' },
  prompt: { md: onePhase('prompt', 'kind: prompt_template', 'artifacts: { basket: { text: string } }') },
};

const spec = (skill: string, args?: string): ProjectSpec => ({
  skills: { ...OTHERS, asking: { md: asking(skill, args) } },
});

async function listed({ run }: TestProject): Promise<unknown> {
  return foundIn(await run('asking', 'go'));
}

const foundIn = ({ artifact }: RunOutcome) => getPath(artifact?.artifact, ['found', 'skills']);
const namesOf = (cards: unknown) => (cards as { name: string }[]).map(({ name }) => name);

describe('list_skills', () => {
  it('tells of each declared skill what it says of itself and what it takes', () =>
    inProject(spec('{ run: [pears], delegate: [apples] }'), async (project) => {
      expect(await listed(project)).toEqual([
        {
          name: 'apples',
          description: 'A skill of the tests.',
          when_to_use: ['In autumn.'],
          triggers: ['Pick apples'],
          examples: ['Pick ten.'],
          input: [{ type: 'user_message' }],
          origin: 'project',
        },
        {
          name: 'pears',
          description: 'A skill of the tests.',
          input: [{ type: 'tree', schema: expect.objectContaining({ required: ['height'] }) }],
          origin: 'project',
        },
      ]);
    }));

  it('with "*" lists every skill that loads and can be run, in order, less the one that asks', () =>
    inProject(spec('{ delegate: ["*"] }'), async (project) => {
      const names = namesOf(await listed(project));
      expect(names).toEqual(names.toSorted());
      expect(names).toEqual(expect.arrayContaining(['apples', 'pears', 'direct_llm']));
      for (const name of ['asking', 'broken', 'prompt']) expect(names).not.toContain(name);
    }));

  it('lists nothing where nothing is declared, and nothing that the operator closes', () =>
    inProject(spec('{ run: [nobody] }'), async (project) => {
      expect(await listed(project)).toEqual([]);
      project.skill('asking', { md: asking('{ run: [apples, pears] }') });
      project.write('reyn.yaml', 'model: scripted\npolicy: { deny: [{ need: skill.run, resource: pears }] }\n');
      await project.reopen();
      expect(namesOf(await listed(project))).toEqual(['apples']);
    }));

  it('takes only those in which every word of the query occurs', () =>
    inProject(spec('{ run: [apples, pears] }', '{ query: "PICK autumn" }'), async (project) => {
      expect(namesOf(await listed(project))).toEqual(['apples']);
    }));

  it('shows of a long schema the fields alone', () => {
    const fields = Array.from({ length: 60 }, (_, i) => `field_${i}: string`).join(', ');
    const md = phases('wide', [`artifacts: { tree: { ${fields} } }`], phase('pick', 'input: tree'));
    return inProject({ skills: { wide: { md }, asking: { md: asking('{ run: [wide] }') } } }, async (project) => {
      const input = getPath(await listed(project), ['0', 'input', '0']) as { fields: string[] };
      expect(input).toEqual({ type: 'tree', fields: expect.arrayContaining(['field_0', 'field_59']) });
    });
  });

  it('shows a hundred and says how many more there are', () => {
    const names = Array.from({ length: 103 }, (_, i) => `many_${String(i).padStart(3, '0')}`);
    const many = Object.fromEntries(
      names.map((name) => [name, { md: onePhase(name, 'artifacts: { basket: { text: string } }') }]),
    );
    const all = { ...many, asking: { md: asking(`{ run: [${names.join(', ')}] }`) } };
    return inProject({ skills: all }, async (project) => {
      const outcome = await project.run('asking', 'go');
      expect(foundIn(outcome)).toHaveLength(100);
      expect(getPath(outcome.artifact?.artifact, ['found', 'more'])).toBe(3);
    });
  });

  it('is repeated by a replay as it was, whatever skills there are now', () =>
    inProject(spec('{ run: [apples, pears] }'), async (project) => {
      const outcome = await project.run('asking', 'go');
      project.skill('apples', { md: onePhase('apples', 'artifacts: { basket: { text: string } }') });
      expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
    }));
});
