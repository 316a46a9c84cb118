import { expect, test } from "vitest";
import { instantiate } from "./generated/kernel.js";
import { loadKernel } from "./node.ts";

test("the kernel asks its host for nothing but the glue beside it", () => {
  const modules = new Set(WebAssembly.Module.imports(loadKernel()).map((entry) => entry.module));
  expect([...modules]).toEqual(["./kernel_bg.js"]);
});

test("each instance has memory of its own", () => {
  const module = loadKernel();
  const [first, second] = [instantiate(module), instantiate(module)];
  expect(first.memory).not.toBe(second.memory);
  expect(first.RawKernel).not.toBe(second.RawKernel);
});
