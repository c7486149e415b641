import type { ScorerKind } from '../case.ts';
import { command } from './command.ts';
import { contains } from './contains.ts';
import { exact } from './exact.ts';
import { js } from './js.ts';
import { jsonPath } from './json-path.ts';
import { jsonSchema } from './json-schema.ts';
import { judge } from './judge.ts';
import { numeric } from './numeric.ts';
import { regex } from './regex.ts';
import type { Scorer } from './scorer.ts';
import { setF1 } from './set-f1.ts';

/** Raised whenever a scorer comes to give another score for the same: scores of before are then not compared with. */
export const SCORERS_VERSION = 1;

/** Every scorer by its name. */
export const SCORERS_BY_KIND: Readonly<Record<ScorerKind, Scorer>> = {
  exact,
  contains,
  regex,
  json_path: jsonPath,
  json_schema: jsonSchema,
  numeric,
  set_f1: setF1,
  command,
  js,
  judge,
};
