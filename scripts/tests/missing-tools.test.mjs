import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inRepo } from "../lib/paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "polyphon-tools-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a piece of a script on a machine that has only the given programs. */
function onMachineWith(programs, body) {
  const bin = mkdtempSync(join(folder, "bin-"));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  symlinkSync(process.execPath, join(bin, "node"));
  const script = `
    import { main } from ${JSON.stringify(inRepo("scripts/lib/stop.mjs"))};
    import { prepareRust, requireRust } from ${JSON.stringify(inRepo("scripts/lib/steps/rust.mjs"))};
    import { fetching } from ${JSON.stringify(inRepo("scripts/lib/tools.mjs"))};
    await main(async () => { ${body} });`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", script], { env: { PATH: bin }, encoding: "utf8" });
}

const sentences = (text) => text.trimEnd().split("\n").at(-1) ?? "";

test("a machine without cargo is told to install rustup", () => {
  const { status, stderr } = onMachineWith({}, "requireRust();");
  assert.equal(status, 1);
  assert.match(stderr, /^cargo is missing: install Rust with rustup .*\n$/);
});

test("a machine without a linker is told how to get one", () => {
  const { status, stderr } = onMachineWith({ cargo: "#!/bin/sh\n" }, "requireRust();");
  assert.equal(status, 1);
  assert.match(stderr, /^No C linker \(cc\) was found.*apt install gcc.*\n$/);
});

test("a missing wasm target is fetched with rustup", () => {
  const rustup = '#!/bin/sh\necho "rustup $*" >&2\nexit 0\n';
  const { status, stderr } = onMachineWith(
    { cargo: "#!/bin/sh\n", cc: "#!/bin/sh\n", rustc: `#!/bin/sh\necho ${folder}\n`, rustup },
    "requireRust(); await prepareRust();",
  );
  assert.equal(status, 0);
  assert.match(stderr, /Rust target wasm32-unknown-unknown: done/);
});

test("a missing wasm target without rustup is one sentence", () => {
  const { status, stderr } = onMachineWith(
    { cargo: "#!/bin/sh\n", cc: "#!/bin/sh\n", rustc: `#!/bin/sh\necho ${folder}\n` },
    "await prepareRust();",
  );
  assert.equal(status, 1);
  assert.match(sentences(stderr), /there is no rustup to fetch it: install rustup/);
});

test("a fetch without network says so", () => {
  const fails = "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n";
  const { status, stderr } = onMachineWith({ fetcher: fails }, 'await fetching("npm packages", "fetcher", []);');
  assert.equal(status, 1);
  assert.match(sentences(stderr), /^The network is needed once to fetch npm packages/);
});

test("a fetch that fails for another reason shows the tool's own words", () => {
  const fails = "#!/bin/sh\necho 'disk quota exceeded' >&2\nexit 3\n";
  const { status, stderr } = onMachineWith({ fetcher: fails }, 'await fetching("npm packages", "fetcher", []);');
  assert.equal(status, 1);
  assert.match(stderr, /disk quota exceeded[\s\S]*ended with code 3/);
});
