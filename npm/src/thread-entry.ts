/**
 * Where the script of a thread lies: `worker.js` beside the module at `from`.
 *
 * From the sources it is the built file. Node strips types with a WebAssembly module of its own in every thread, which costs
 * each 0.1 s and has crashed processes that start many.
 */
export function threadEntry(from: string): URL {
  const beside = from.endsWith(".ts") ? from.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : from;
  return new URL("./worker.js", beside);
}
