// The published schema of what commands print with --json.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

const SCHEMA = "output.schema.json";
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(JSON.parse(readFileSync(new URL(`../../docs/${SCHEMA}`, import.meta.url), "utf8")), SCHEMA);

export function schemaOf(command: string) {
  return ajv.getSchema(`${SCHEMA}#/$defs/${command}`);
}

export function expectAsPublished(command: string, document: unknown): void {
  const validate = schemaOf(command);
  validate?.(document);
  expect({ schema: Boolean(validate), errors: validate?.errors ?? null }).toEqual({
    schema: true,
    errors: null,
  });
}
