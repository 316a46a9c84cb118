import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { Stop } from "../stop.mjs";
import { fetching, findTool } from "../tools.mjs";

export const WASM_TARGET = "wasm32-unknown-unknown";

/** Refuses a machine without cargo or a linker. */
export function requireRust() {
  if (!findTool("cargo")) {
    throw new Stop(
      "cargo is missing: install Rust with rustup (https://rustup.rs), open a new terminal, then run the same command again.",
    );
  }
  if (process.platform !== "win32" && !["cc", "gcc", "clang"].some(findTool)) {
    throw new Stop(
      "No C linker (cc) was found, and Rust needs one: install it with `apt install gcc`, `dnf install gcc` or `xcode-select --install`, then run the same command again.",
    );
  }
}

/** Brings the pinned toolchain and its wasm target when they are not there. */
export async function prepareRust() {
  let folder = await sysroot();
  if (folder === undefined) {
    const parts = ["--profile", "minimal", "--component", "clippy", "--component", "rustfmt"];
    await rustup(`Rust ${channel()}`, ["toolchain", "install", channel(), ...parts]);
    folder = await sysroot();
    if (folder === undefined)
      throw new Stop(`Rust ${channel()} was installed but does not run: try \`rustup doctor\`.`);
  }
  if (existsSync(join(folder, "lib", "rustlib", WASM_TARGET))) return;
  await rustup(`Rust target ${WASM_TARGET}`, ["target", "add", WASM_TARGET]);
}

/** Environment in which cargo and all its parts (rustdoc, clippy, rustfmt) are those of the pinned toolchain. */
export async function rustEnv() {
  const folder = await sysroot();
  return folder === undefined ? {} : { PATH: [join(folder, "bin"), process.env.PATH ?? ""].join(delimiter) };
}

/** Folder of the pinned toolchain; `undefined` when it is not installed. */
async function sysroot() {
  const options = { env: { RUSTUP_AUTO_INSTALL: "0" }, allowFailure: true };
  const { code, stdout } = await quietly("rustc", ["--print", "sysroot"], options);
  return code === 0 ? stdout.trim() : undefined;
}

function channel() {
  return /channel = "(.*)"/.exec(readFileSync(inRepo("rust-toolchain.toml"), "utf8"))?.[1] ?? "stable";
}

async function rustup(what, args) {
  if (!findTool("rustup")) {
    throw new Stop(
      `${what} is missing and there is no rustup to fetch it: install rustup (https://rustup.rs), then run the same command again.`,
    );
  }
  await step(what, (note) => fetching(what, "rustup", args, { note }));
}
