import { rustEnv } from "../steps/rust.mjs";
import { verdict } from "./tool.mjs";

export async function rustfmt() {
  return verdict("cargo", ["fmt", "--all", "--check"], { env: await rustEnv() });
}

export async function clippy() {
  const args = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
  return verdict("cargo", args, { env: await rustEnv() });
}
