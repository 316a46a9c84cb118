import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { attemptError } from "./thrown.ts";

function withCode(code: string): Error {
  return Object.assign(new Error("m"), { code });
}

describe("attemptError", () => {
  it.each([
    [withCode("ENOENT"), "system_error"],
    [withCode("EACCES"), "permission_error"],
    [withCode("ERR_MODULE_NOT_FOUND"), "import_error"],
    [withCode("MODULE_NOT_FOUND"), "import_error"],
    [withCode("ECONNREFUSED"), "network_error"],
    [withCode("ECONNRESET"), "network_error"],
    [withCode("ENOTFOUND"), "network_error"],
    [withCode("UND_ERR_SOCKET"), "network_error"],
    [withCode("ENOSPC"), "resource_exhaustion"],
    [withCode("EIO"), "system_error"],
    [withCode("ERR_ASSERTION"), "calculation_error"],
    [withCode("ERR_SOMETHING_ELSE"), "logic_error"],
    [new RangeError("Invalid array length"), "memory_error"],
    [new RangeError("Array buffer allocation failed"), "memory_error"],
    [new RangeError("index 5 is out of range"), "logic_error"],
    [new DOMException("m", "AbortError"), "timeout"],
    [new DOMException("m", "TimeoutError"), "timeout"],
    [new TypeError("fetch failed", { cause: withCode("ECONNREFUSED") }), "network_error"],
    [Object.assign(new Error("m"), { errorType: "gpu_lost" }), "gpu_lost"],
    [Object.assign(withCode("ENOENT"), { errorType: "import_error" }), "import_error"],
    [new Error("m"), "logic_error"],
    ["text", "logic_error"],
    [undefined, "logic_error"],
  ])("%o is a %s", (thrown, type) => {
    expect(attemptError(thrown).type).toBe(type);
  });

  it("keeps the code of Polyphon's own errors", () => {
    const error = new PolyphonError("STORE_IO", { message: "no disk" });
    expect(attemptError(error)).toMatchObject({ type: "system_error", code: "STORE_IO", message: "no disk" });
  });

  it("says what was thrown, with bounded texts", () => {
    const error = attemptError(new TypeError("m".repeat(100_000)));
    expect(error.message.length).toBeLessThanOrEqual(2_048);
    expect(error.details).toMatchObject({ name: "TypeError", stack: expect.stringContaining("TypeError") });
    expect(attemptError("out of luck").message).toBe("the agent threw string: out of luck");
  });

  it("never throws, whatever was thrown", () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    expect(attemptError(hostile)).toEqual({
      type: "logic_error",
      message: "the agent threw a value that cannot be read",
    });
    const circular: { cause?: unknown } = {};
    circular.cause = circular;
    expect(attemptError(circular).type).toBe("logic_error");
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true }), (thrown) => {
        const { type, message } = attemptError(thrown);
        expect(type.length * message.length).toBeGreaterThan(0);
      }),
    );
  });
});
