// Preloaded into programs that must not outlive the script that started them: when the pipe to it closes,
// however that came about, this process ends too. What it was doing is in its journal.
import { Socket } from "node:net";

const TETHER_FD = 3;

const pipe = new Socket({ fd: TETHER_FD, readable: true, writable: false });
pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
pipe.on("error", () => {});
pipe.resume();
pipe.unref();
