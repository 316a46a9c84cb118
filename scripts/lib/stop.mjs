/** Ends a script with one sentence for the user instead of a stack trace. */
export class Stop extends Error {
  /**
   * @param {string} sentence what is wrong and what to do about it
   * @param {{ exitCode?: number, log?: string }} [options] `log`: output of the tool that failed
   */
  constructor(sentence, { exitCode = 1, log } = {}) {
    super(sentence);
    this.exitCode = exitCode;
    this.log = log;
  }
}

/** Runs a script's body and leaves with the exit code it answers. A {@link Stop} becomes its sentence on stderr. */
export async function main(body) {
  try {
    process.exit((await body()) ?? 0);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.log) process.stderr.write(`${error.log.trimEnd()}\n\n`);
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}
