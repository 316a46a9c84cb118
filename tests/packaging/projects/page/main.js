// A page of a user: the wasm is fetched, compiled while it streams, and runs.
import { loadKernel, PolyphonError } from "polyphon/browser";

try {
  const module = await loadKernel();
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
  if (!names.includes("memory")) throw new Error(`no kernel: ${names.join(", ")}`);
  if (!(new PolyphonError("STORE_IO", { message: "test" }) instanceof Error)) throw new Error("no error class");
  document.title = "ok";
} catch (error) {
  document.title = `failed: ${error instanceof Error ? error.stack : error}`;
}
