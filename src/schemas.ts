import { caseSchema } from './learning/evals/case-schema.ts';
import { CONFIG_FILE } from './os/config/schema.ts';
import type { JsonObject } from './os/json.ts';
import { ScriptSchema } from './os/models/script.ts';
import { artifactJsonSchema, phaseJsonSchema, skillJsonSchema } from './os/skills/json-schema/files.ts';

export { NEED_KINDS } from './os/config/schema-governance.ts';

/** Files that have a JSON Schema, for editors and other programs. */
export const SCHEMA_NAMES = ['skill', 'phase', 'artifact', 'config', 'script', 'case'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

const MAKERS: Readonly<Record<SchemaName, () => JsonObject>> = {
  skill: skillJsonSchema,
  phase: phaseJsonSchema,
  artifact: artifactJsonSchema,
  config: () => ofShape('reyn.yaml', 'Settings of a project: reyn.yaml and reyn.local.yaml.', CONFIG_FILE),
  script: () =>
    ofShape('evals/scripted.yaml', 'Rules of the scripted model, which answers in place of a model.', ScriptSchema),
  case: () => ofShape('evals/*.jsonl', 'One case of a skill, as a line of a JSONL file in evals/.', caseSchema()),
};

/** The JSON Schema (2020-12, of keywords that draft-07 reads alike) of one kind of file. */
export function jsonSchemaOf(name: SchemaName): JsonObject {
  return MAKERS[name]();
}

/** A schema the program itself goes by, as a document. */
function ofShape(title: string, description: string, shape: object): JsonObject {
  const plain = JSON.parse(JSON.stringify(shape)) as JsonObject;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...plain, title, description };
}
