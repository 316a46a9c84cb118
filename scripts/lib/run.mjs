import { spawn } from "node:child_process";
import { root } from "./paths.mjs";
import { Stop } from "./stop.mjs";

const children = new Set();

// What this process started does not outlive it.
process.on("exit", () => {
  for (const child of children) child.kill();
});

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

/** How much of a failing tool's output is shown. */
const KEPT_LINES = 120;
const MOST_LINES = 20_000;
/** What cargo says while all is well: told as progress, and in the way of the error when it comes. */
const PROGRESS = /^\s*(Compiling|Checking|Downloaded|Downloading|Fresh|Locking|Adding|Updating) /;

/**
 * Runs a tool to its end and keeps its output to itself unless it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, note?: (line: string) => void, allowFailure?: boolean,
 *   longestMs?: number }} [options] `longestMs`: ended by force after that
 * @returns {Promise<{ code: number, stdout: string, lines: string[], log: string }>} `lines`: both outputs without empty lines; `log`: the last of them without progress
 */
export function quietly(command, args, { cwd = root, env = {}, note, allowFailure = false, longestMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, {
      timeout: longestMs,
      killSignal: "SIGKILL",
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kept = [];
    const out = [];
    const listen = (stream, alsoTo) => {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        alsoTo?.push(text);
        const lines = (rest + text).split(/\r?\n|\r/);
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.trim() === "") continue;
          note?.(line.trim());
          kept.push(line);
        }
        if (kept.length > 2 * MOST_LINES) kept.splice(0, kept.length - MOST_LINES);
      });
      stream.on("end", () => rest && kept.push(rest));
    };
    listen(child.stdout, out);
    listen(child.stderr);
    child.on("error", (error) => reject(new Stop(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      const telling = kept.filter((line) => !PROGRESS.test(line));
      const log = telling.slice(-KEPT_LINES).join("\n");
      if (code === 0 || allowFailure) resolve({ code: code ?? 1, stdout: out.join(""), lines: kept, log });
      else reject(new Stop(`${[command, ...args].join(" ")} ended with ${signal ?? `code ${code}`}.`, { log }));
    });
  });
}

/**
 * Hands the terminal over to a program and answers its exit code. Ctrl-C reaches it directly; this process waits.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, stdio?: import("node:child_process").StdioOptions }} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, args, { cwd = root, env = {}, stdio = "inherit" } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { cwd, env: { ...process.env, ...env }, stdio });
    const forward = (signal) => child.kill(signal);
    const wait = () => {};
    process.on("SIGINT", wait);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    child.on("error", (error) => reject(new Stop(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      resolve(code ?? 128 + (signalNumbers[signal] ?? 0));
    });
  });
}

/**
 * Runs a program, shows its output as it comes and keeps its stdout.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, silent?: boolean }} [options] `silent`: keep stdout, show none of it
 * @returns {Promise<{ code: number, stdout: string }>}
 */
export function handOverAndRead(command, args, { cwd = root, env = {}, silent = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text) => {
      stdout += text;
      if (!silent) process.stdout.write(text);
    });
    child.on("error", (error) => reject(new Stop(`${command} could not be started: ${error.message}`)));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout }));
  });
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
