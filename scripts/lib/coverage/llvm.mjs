import { existsSync } from "node:fs";
import { join } from "node:path";
import { say } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { rustEnv } from "../steps/rust.mjs";
import { Stop } from "../stop.mjs";
import { findTool } from "../tools.mjs";

/**
 * The two programs that read coverage data, of the LLVM rustc was built with: the toolchain's own component (fetched
 * when missing), else a system package of the same major version.
 * @returns {Promise<{ profdata: string, cov: string, from: string }>}
 */
export async function llvmTools() {
  const env = await rustEnv();
  const { stdout } = await quietly("rustc", ["--version", "--verbose"], { env });
  const host = /^host: (.*)$/m.exec(stdout)?.[1] ?? "";
  const major = /^LLVM version: (\d+)/m.exec(stdout)?.[1] ?? "";
  const sysroot = (await quietly("rustc", ["--print", "sysroot"], { env })).stdout.trim();
  const own = (name) => join(sysroot, "lib", "rustlib", host, "bin", name);
  if (!existsSync(own("llvm-cov")) && findTool("rustup")) {
    await quietly("rustup", ["component", "add", "llvm-tools"], { allowFailure: true });
  }
  if (existsSync(own("llvm-cov"))) {
    return { profdata: own("llvm-profdata"), cov: own("llvm-cov"), from: "rustup component llvm-tools" };
  }
  if (
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    findTool("apt-get") &&
    !findTool(`llvm-cov-${major}`)
  ) {
    say(`installing llvm-${major}`);
    await quietly("apt-get", ["install", "-y", "-qq", "--no-install-recommends", `llvm-${major}`], {
      allowFailure: true,
    });
  }
  const [profdata, cov] = [findTool(`llvm-profdata-${major}`), findTool(`llvm-cov-${major}`)];
  if (profdata && cov) return { profdata, cov, from: `system package llvm-${major}` };
  throw new Stop(
    `Coverage needs the tools of LLVM ${major}: run \`rustup component add llvm-tools\`, or install the package llvm-${major}.`,
  );
}
