import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

/** What a script of the repository says on such a machine, in a clone in which nothing was built yet. */
function scriptOnMachineWith(programs, script, args = []) {
  const clone = mkdtempSync(join(folder, "clone-"));
  for (const part of [
    "scripts",
    "package.json",
    "package-lock.json",
    "rust-toolchain.toml",
    "Cargo.toml",
    "Cargo.lock",
  ])
    cpSync(inRepo(part), join(clone, part), { recursive: true });
  const bin = mkdtempSync(join(folder, "bin-"));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  symlinkSync(process.execPath, join(bin, "node"));
  const options = { cwd: clone, env: { PATH: bin }, encoding: "utf8", timeout: 60_000 };
  return spawnSync(process.execPath, [...args, join(clone, "scripts", script)], options);
}

const WELL = "#!/bin/sh\nexit 0\n";
const OFFLINE = "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n";
const TOOLS = { npm: WELL, cargo: WELL, cc: WELL, rustc: `#!/bin/sh\necho ${folder}\n`, rustup: WELL };
/** Node of another version, as far as a script can tell. */
const nodeOf = (version) => [
  "--import",
  `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`,
];

for (const script of ["start.mjs", "test.mjs", "build.mjs", "lint.mjs", "fix.mjs"]) {
  test(`${script} says what is missing in one sentence, without a stack`, () => {
    const machines = [
      [
        { ...TOOLS, cargo: undefined },
        [],
        /^cargo is missing: install Rust with rustup .*run the same command again\.$/,
      ],
      [{ ...TOOLS, cc: undefined }, [], /^No C linker \(cc\) was found.*run the same command again\.$/],
      [{ ...TOOLS, rustc: "#!/bin/sh\nexit 1\n", rustup: OFFLINE }, [], /^The network is needed once to fetch Rust \d/],
      [TOOLS, nodeOf("18.20.0"), /^Node 20 or newer is needed to start .*install it from https:\/\/nodejs\.org/],
    ];
    for (const [programs, args, sentence] of machines) {
      const there = Object.fromEntries(Object.entries(programs).filter(([, text]) => text !== undefined));
      const { status, stderr } = scriptOnMachineWith(there, script, args);
      assert.equal(status, 1, stderr);
      assert.match(sentences(stderr), sentence);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });
}

test("the command itself needs a newer Node than the scripts, and says so", () => {
  const main = inRepo("npm/src/cli/main.ts");
  for (const version of ["20.19.0", "22.21.9"]) {
    const run = spawnSync(process.execPath, [...nodeOf(version), main, "--version"], { encoding: "utf8" });
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, /^polyphon needs Node 22\.22 or later; this is .* Get one from https:\/\/nodejs\.org\.$/m);
    assert.doesNotMatch(run.stderr, /^\s+at /m);
  }
});
