import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { loadKernel } from "./browser.ts";

const bytes = readFileSync(new URL("./generated/kernel.wasm", import.meta.url));

function serve(status: number, type: string): void {
  vi.stubGlobal(
    "fetch",
    async () => new Response(status === 200 ? bytes : null, { status, headers: { "content-type": type } }),
  );
}

afterEach(() => vi.unstubAllGlobals());

test.each(["application/wasm", "application/wasm; charset=binary", "application/octet-stream"])(
  "compiles a module served as %s",
  async (type) => {
    serve(200, type);
    expect(await loadKernel()).toBeInstanceOf(WebAssembly.Module);
  },
);

test("a missing file is an error with a code and the status", async () => {
  serve(404, "text/html");
  const error = await loadKernel().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PolyphonError);
  expect((error as PolyphonError).code).toBe("KERNEL_UNAVAILABLE");
  expect((error as PolyphonError).details).toMatchObject({ status: 404 });
});
