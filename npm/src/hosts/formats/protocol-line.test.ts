import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readProtocolLine } from "./protocol-line.ts";

describe("readProtocolLine", () => {
  it.each([
    ['{"type":"progress","percentage":40}', { type: "progress", percentage: 40 }],
    [
      '{"type":"progress","percentage":140,"message":"m","completed":1,"remaining":2,"x":1}',
      { type: "progress", percentage: 100, message: "m", completed: 1, remaining: 2 },
    ],
    ['  {"type":"metric","name":"speedup","value":1.5}', { type: "metric", name: "speedup", value: 1.5 }],
    [
      '{"type":"artifact","path":"out/report.html"}',
      { type: "artifact", name: "report.html", path: "out/report.html" },
    ],
    ['{"type":"log","level":"warn","text":"careful"}', { type: "log", level: "warn", text: "careful" }],
    ['{"type":"log","level":"shout","message":"m"}', { type: "log", level: "info", text: "m" }],
    ['{"type":"state","value":{"page":3}}', { type: "state", value: { page: 3 } }],
    ['{"type":"state"}', { type: "state", value: undefined }],
    ['{"type":"extend","ms":60000.5}', { type: "extend", ms: 60_001 }],
    ['{"type":"result","output":{"a":[1]}}', { type: "result", output: { a: [1] } }],
    ['{"type":"result"}', { type: "result", output: null }],
    [
      '{"type":"error","error_type":"calculation_error","message":"off by one"}',
      { type: "error", errorType: "calculation_error", message: "off by one" },
    ],
    [
      '{"type":"error","errorType":"","details":{"at":1}}',
      { type: "error", message: "the program reported an error", details: { at: 1 } },
    ],
  ])("reads %s", (text, line) => {
    expect(readProtocolLine(text)).toEqual({ line });
  });

  it.each([
    "",
    "hello",
    "[1]",
    "{not json}",
    "{}",
    '{"type":"other"}',
    '{"type":7}',
    '{"type":"__proto__"}',
    '{"type":"constructor"}',
    "null",
  ])("takes %j for ordinary output", (text) => {
    expect(readProtocolLine(text)).toBeUndefined();
  });

  it.each([
    '{"type":"progress","percentage":"40"}',
    '{"type":"metric","value":1}',
    '{"type":"metric","name":"x","value":null}',
    '{"type":"metric","name":"x","value":1e999}',
    `{"type":"metric","name":"${"x".repeat(257)}","value":1}`,
    '{"type":"artifact","path":""}',
    '{"type":"artifact","path":"a\\u0000b"}',
    '{"type":"artifact","path":"a/"}',
    '{"type":"log"}',
    '{"type":"extend"}',
    '{"type":"extend","ms":0}',
    '{"type":"extend","ms":"60"}',
  ])("says what is wrong with %s", (text) => {
    expect(readProtocolLine(text)).toEqual({ invalid: expect.stringContaining("needs") });
  });

  it("never throws, whatever the line is", () => {
    const types = fc.constantFrom("progress", "metric", "artifact", "log", "result", "error", "x");
    const object = fc.tuple(types, fc.object()).map(([type, rest]) => JSON.stringify({ ...rest, type }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), object, fc.json()), (text) => {
        const reading = readProtocolLine(text);
        expect(reading === undefined || "line" in reading || "invalid" in reading).toBe(true);
      }),
    );
    expect(readProtocolLine(`{"type":"result","output":${"[".repeat(400_000)}${"]".repeat(400_000)}}`)).toBeDefined();
  });
});
