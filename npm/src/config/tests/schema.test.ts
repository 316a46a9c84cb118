import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { referenceInto } from "../../../../scripts/lib/config/reference.mjs";
import { publishedSchema } from "../../../../scripts/lib/config/schema.mjs";
import { annotatedSchema, type JsonSchema } from "../json-schema.ts";
import { parse } from "./helpers.ts";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), "utf8");

describe("the published schema", () => {
  const published = JSON.parse(read("npm/schema/orchestrator.schema.json")) as JsonSchema;

  it("is the one the package checks with", () => {
    expect(published).toEqual(publishedSchema(annotatedSchema()));
  });

  it("says what every key is for", () => {
    const silent: string[] = [];
    const walk = (schema: JsonSchema, path: string): void => {
      for (const [key, member] of Object.entries(schema.properties ?? {})) {
        if (member.description === undefined) silent.push(`${path}.${key}`);
        walk(member, `${path}.${key}`);
      }
      if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${path}.*`);
      if (schema.items !== undefined) walk(schema.items, `${path}[]`);
      for (const branch of schema.anyOf ?? []) walk(branch, path);
    };
    walk(published, "");
    expect(silent).toEqual([]);
  });

  it("and the reference in the documentation follow from the same source", () => {
    const page = read("docs/configuration.md");
    expect(referenceInto(page, annotatedSchema())).toBe(page);
  });

  it("and the example in the documentation are about the same thing", () => {
    const [, example = ""] = /## A whole one\n\n```yaml\n([\s\S]*?)```/.exec(read("docs/configuration.md")) ?? [];
    const config = parse(example);
    expect(config.plan.tasks.map((task) => task.key)).toEqual(["A1", "B1", "B1a", "B1b"]);
    expect(config.warnings).toEqual([]);
  });

  it("leaves no code without its page", () => {
    const pages = readdirSync(fileURLToPath(new URL("../../../../docs/errors", import.meta.url)));
    const codes = [...read("npm/src/config/problem.ts").matchAll(/"((?:CONFIG|PLAN)_[A-Z_]+)"/g)].map(
      (match) => match[1],
    );
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !pages.includes(`${code}.md`))).toEqual([]);
  });
});
