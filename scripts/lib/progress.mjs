/** How often a running step says so where no terminal can show it moving. */
const HEARTBEAT_MS = 15_000;
const REDRAW_MS = 100;

const started = Date.now();
const running = new Map();
const terminal = process.stderr.isTTY === true;
let timer;
let drawn = false;

const clock = () => `[${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s]`;

/** One line on stderr, with the seconds since the script began. */
export function say(text) {
  wipe();
  process.stderr.write(`${clock()} ${text}\n`);
}

/**
 * Says that a step begins, shows that it is alive, says when it ended. Steps may run side by side.
 * @template T
 * @param {string} title what is being done
 * @param {(note: (line: string) => void) => Promise<T>} work `note` shows the latest line of a tool's output
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const state = { title, line: "", since: Date.now(), heard: Date.now() };
  say(`${title} …`);
  running.set(title, state);
  timer ??= setInterval(beat, terminal ? REDRAW_MS : HEARTBEAT_MS).unref();
  const seconds = () => ((Date.now() - state.since) / 1000).toFixed(1);
  try {
    const result = await work((line) => {
      state.line = line;
    });
    running.delete(title);
    say(`${title}: done in ${seconds()} s`);
    return result;
  } catch (error) {
    running.delete(title);
    say(`${title}: failed after ${seconds()} s`);
    throw error;
  } finally {
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
      wipe();
    }
  }
}

function beat() {
  const lines = [...running.values()].map(({ title, line }) => (line ? `${title}: ${line}` : title));
  if (!terminal) {
    for (const line of lines) process.stderr.write(`${clock()} … ${line}\n`);
    return;
  }
  wipe();
  process.stderr.write(`${clock()} ${lines.join(" | ")}`.slice(0, (process.stderr.columns || 80) - 1));
  drawn = true;
}

function wipe() {
  if (drawn) process.stderr.write("\r\u001b[K");
  drawn = false;
}
