import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { typeOfText } from "./patterns.ts";

describe("typeOfText", () => {
  it.each([
    ["Error: Cannot find module './x'\nRequire stack:", "import_error"],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /a.mjs", "import_error"],
    ["ModuleNotFoundError: No module named 'numpy'", "import_error"],
    ["ImportError: cannot import name 'x' from 'y'", "import_error"],
    ["./a: error while loading shared libraries: libx.so", "import_error"],
    ["Error: EACCES: permission denied, open '/x'", "permission_error"],
    ["bash: ./run: Permission denied", "permission_error"],
    ["PermissionError: [Errno 13] Permission denied", "permission_error"],
    ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "memory_error"],
    ["MemoryError", "memory_error"],
    ["java.lang.OutOfMemoryError: Java heap space", "memory_error"],
    ["OSError: [Errno 28] No space left on device", "resource_exhaustion"],
    ["Error: connect ECONNREFUSED 127.0.0.1:5432", "network_error"],
    ["connect ETIMEDOUT 10.0.0.1:443", "network_error"],
    ["getaddrinfo ENOTFOUND registry.example", "network_error"],
    ["requests.exceptions.ConnectionError: x", "network_error"],
    ["failureType: testTimeoutFailure", "timeout"],
    ["AssertionError [ERR_ASSERTION]: 1 == 2", "calculation_error"],
    ["E   AssertionError: Expected 2083.33, got 2083.34", "calculation_error"],
    ["thread 'main' panicked at a.rs:1: assertion `left == right` failed", "calculation_error"],
    ["TypeError: x is not a function", undefined],
    ["", undefined],
    ["my_EACCES_variable is fine", undefined],
  ])("%j speaks of %s", (text, type) => {
    expect(typeOfText(text)).toBe(type);
  });

  it("takes the most fundamental cause of all texts", () => {
    expect(typeOfText("AssertionError: x", "Cannot find module 'y'")).toBe("import_error");
    expect(typeOfText(undefined, "AssertionError")).toBe("calculation_error");
  });

  it("takes time in proportion to the text, whatever it says", () => {
    const shred = fc.constantFrom(
      "assertion `",
      "`",
      " failed",
      "memory allocation of ",
      "9",
      "UND_ERR_",
      "Cannot find ",
      " ",
    );
    fc.assert(fc.property(fc.array(shred, { maxLength: 200 }), (parts) => void typeOfText(parts.join(""))));
    const started = performance.now();
    typeOfText("assertion `".repeat(12_000), "memory allocation of 1".repeat(6_000), "UND_ERR_".repeat(16_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
