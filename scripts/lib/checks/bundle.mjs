import { build } from "vite";

/**
 * One entry point with everything it imports, minified, as an application's bundler would make it; without the wasm, and, unless
 * `whole` says otherwise, without what it only imports when it is used.
 */
export async function bundle(entry, { whole = false } = {}) {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2024",
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
      assetsInlineLimit: 0,
      // Vite's own way of fetching chunks early is no part of the package.
      modulePreload: false,
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap(({ output }) => output);
  const chunks = new Map(outputs.filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const isWanted = ({ isEntry }) => isEntry || whole;
  const wanted = new Set([...chunks.values()].filter(isWanted).map(({ fileName }) => fileName));
  for (const name of wanted) for (const needed of chunks.get(name)?.imports ?? []) wanted.add(needed);
  return [...wanted].map((name) => chunks.get(name)?.code ?? "").join("\n");
}
