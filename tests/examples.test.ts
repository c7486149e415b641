import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../src/os/json.ts';
import { inProject, person, type TestProject } from './project.ts';

const DIR = path.resolve('reyn/project');

/** A skill of this repository as files of a test's project. */
function files(dir: string, at: string): Record<string, string> {
  return Object.fromEntries(
    fs.readdirSync(dir, { withFileTypes: true, recursive: true }).flatMap((entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return entry.isFile() ? [[path.posix.join(at, path.relative(dir, full)), fs.readFileSync(full, 'utf8')]] : [];
    }),
  );
}

const REPOSITORY = {
  files: {
    ...files(DIR, 'reyn/project'),
    ...files(path.resolve('examples/notes'), 'examples/notes'),
    'reyn.yaml': fs.readFileSync(path.resolve('reyn.yaml'), 'utf8'),
  },
};

type Example = {
  readonly input: string | Json;
  readonly answers: readonly string[];
  readonly result: Json;
  readonly path: readonly string[];
  check?(project: TestProject): void;
};

const EXAMPLES: Readonly<Record<string, Example>> = {
  summarize: {
    input: 'The roof leaks.',
    answers: [],
    result: {
      title: 'What the message asks for',
      points: [
        'Read it once more: The roof leaks.',
        'Name one person who answers by Friday.',
        'Write down what is still unknown.',
      ],
      confidence: 0.7,
    },
    path: ['summarize'],
  },
  essay: {
    input: 'Why is the sky blue?',
    answers: [],
    result: { text: 'It is not hard: begin with the smallest part.', score: 0.9 },
    path: ['draft', 'review', 'revise', 'review'],
  },
  file_notes: {
    input: 'What is open?',
    answers: [],
    result: { path: 'examples/report/questions.md', count: 2 },
    path: ['find', 'collect', 'write'],
    check: ({ read }) => {
      expect(read('examples/report/questions.md')).toMatch(
        /^# Open questions\n\n- Who tells the customers\? .*\n- Is the second room .*\n$/,
      );
    },
  },
  plan_day: {
    input: 'Call the dentist.',
    answers: ['the review'],
    result: {
      focus: 'the review',
      blocks: ['Two hours for it before noon', 'Then: Call the dentist.', 'Half an hour to tidy up'],
    },
    path: ['plan_day'],
  },
  reader: {
    input: { text: 'Due to the move, hours are due earlier.', reader: 'somebody in a hurry' },
    answers: [],
    result: { clear: 0.5, remark: 'What do I have to do, and by when?', reader: 'somebody in a hurry' },
    path: ['read'],
  },
  reader_panel: {
    input: 'Due to the move the old portal will be gone from Friday on, so hours should be filed before that.',
    answers: [],
    result: {
      text: 'File your hours by Friday. The old portal, where you did so until now, closes then.',
      stats: { words: 16, longest_sentence: 11 },
      readers: ['somebody new', 'somebody in a hurry', 'an expert'],
      opinions: ['somebody new', 'somebody in a hurry', 'an expert'].map((reader) => ({
        clear: 0.9,
        remark: 'Nothing is missing.',
        reader,
      })),
      clear: 0.9,
    },
    path: ['read_out', 'rewrite', 'read_out'],
  },
  support_reply: {
    input: 'Where is my lamp?',
    answers: [],
    result: {
      reply: 'Thank you for your message. You can follow your parcel at parcels.example/track.',
      topics: ['late'],
    },
    path: ['support_reply'],
  },
};

describe('the examples', () => {
  it('are all here', () => {
    expect(fs.readdirSync(DIR).sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  describe.each(Object.entries(EXAMPLES))('%s', (name, example) => {
    it('is free of findings', () =>
      inProject(REPOSITORY, async ({ reyn }) => {
        expect(reyn.skills.lint([name])).toEqual([]);
      }));

    it('gives its exact result on the scripted model, and replays identically', () =>
      inProject(REPOSITORY, async (project) => {
        const { ask, asked } = person(...example.answers);
        const outcome = await project.run(name, example.input, { ask });
        expect(outcome).toMatchObject({ status: 'finished', exit: 0, artifact: { artifact: example.result } });
        expect(asked).toHaveLength(example.answers.length);
        expect(project.reyn.runs.show(outcome.run).visits.map(({ phase }) => phase)).toEqual(example.path);
        example.check?.(project);
        expect(project.reyn.verify()).toMatchObject({ ok: true });

        const log = JSON.stringify(project.events(outcome.run));
        const report = await project.reyn.replay(outcome.run);
        expect(report).toMatchObject({ identical: true, modelCalls: 0 });
        expect(report.events).toBe(project.events(outcome.run).length - 1);
        expect(JSON.stringify(project.events(outcome.run))).toBe(log);
      }));
  });
});
