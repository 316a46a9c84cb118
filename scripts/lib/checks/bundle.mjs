import { build } from "vite";

/** One entry point with everything it imports, minified, as an application's bundler would make it; without the wasm. */
export async function bundle(entry) {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2024",
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
      assetsInlineLimit: 0,
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap(({ output }) => output);
  return outputs
    .filter(({ type }) => type === "chunk")
    .map(({ code }) => code)
    .join("\n");
}
