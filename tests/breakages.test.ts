import fs from 'node:fs';
import { expect, it } from 'vitest';
import { BREAKAGES } from '../scripts/breakages.ts';

it.each(BREAKAGES)(
  'what breaks "$name" stands in the sources once, and the tests that must notice are there',
  (each) => {
    expect(fs.readFileSync(each.file, 'utf8').split(each.find)).toHaveLength(2);
    expect(each.tests.filter((file) => !fs.existsSync(file))).toEqual([]);
    expect(each.tests.length).toBeGreaterThan(0);
  },
);
