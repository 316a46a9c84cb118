#!/usr/bin/env node
// The `polyphon` command. Everything is imported late, so that an old Node gets a sentence and not a stack.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `polyphon needs Node 22.22 or later; this is ${process.versions.node}. Get one from https://nodejs.org.\n`,
  );
  process.exit(2);
}

const { runCli } = await import("./program.ts");
const { systemContext } = await import("./system/context.ts");
const { systemRuntime } = await import("./wiring/runtime.ts");
const { version } = await import("./version.ts");

// A reader that closes early, as `head` does, is no error: what is left to say goes nowhere, the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exit(3);
  });
}

const code = await runCli(process.argv.slice(2), systemContext(systemRuntime()), await version());
// Output to a pipe may still be on its way; leaving waits for it and for nothing else.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", () => done(undefined)))),
);
process.exit(code);

export {};
