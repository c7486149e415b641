import { isObject } from '../../json.ts';
import { member, type Part, pathOf, warn } from '../part.ts';
import type { Change } from './change.ts';

/** `output_schema` may name an artifact type of `artifacts/`: its schema is meant, and its name is the output's. */
export function modernOutputSchema(postprocessor: Part, artifacts: ReadonlyMap<string, Part>): Record<string, Change> {
  const part = member(postprocessor, 'output_schema');
  const { value } = part;
  const file = typeof value === 'string' ? artifacts.get(value)?.value : undefined;
  if (typeof value !== 'string' || !isObject(file)) return {};
  const schema = 'schema' in file ? file.schema : file;
  if (!isObject(schema)) return {};
  const message = `"output_schema" names the artifact type "${value}"`;
  warn(part, 'foreign/output-schema', message, 'Write the schema itself, and its name as "output_name".');
  const changes = { output_schema: { value: schema, moves: [] } } as Record<string, Change>;
  if (member(postprocessor, 'output_name').value !== undefined) return changes;
  const moves = [{ at: [...pathOf(postprocessor), 'output_name'], from: pathOf(part) }];
  return { ...changes, output_name: { value, moves } };
}
