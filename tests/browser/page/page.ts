/** The page of the browser tests: gives scenarios what they work with. */
import type { SharedTeam } from "../../../npm/src/browser.ts";
import { type Lab, lab, twoTasks } from "./lab.ts";
import { answerPackets } from "./protocol.ts";
import { type PageAgent, pageAgent } from "./remote.ts";
import { plainly, transports } from "./transports.ts";

declare global {
  interface Window {
    lab: Lab & {
      twoTasks: typeof twoTasks;
      inWorker(name: string | undefined): Promise<string>;
      transports: typeof transports;
      plainly: typeof plainly;
      answerPackets: typeof answerPackets;
      pageAgent: typeof pageAgent;
      workerAgent(url: string, capability: string): Promise<void>;
      sharedInWorker(name: string): Promise<string>;
      hangingOwner: typeof hangingOwner;
    };
    /** What a scenario keeps between two calls. */
    kept: PageAgent | undefined;
    shared: SharedTeam | undefined;
    results: Promise<unknown>;
    begun: number;
    go(): void;
  }
}

function inWorker(name: string | undefined): Promise<string> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(name);
  });
}

function workerAgent(url: string, capability: string): Promise<void> {
  const worker = new Worker(new URL("./agent-worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage([url, capability]);
  });
}

/** A worker that owns the journal; `hang` resolves when its event loop stops, `woken` with what it says after. */
function hangingOwner(name: string): Promise<HangingOwner> {
  const worker = new Worker(new URL("./hanging-owner.ts", import.meta.url), { type: "module" });
  const next = (): Promise<Said> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Said>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  const first = next();
  worker.postMessage({ share: name });
  return first.then(({ isOwner }) => ({
    isOwner: isOwner === true,
    async hang(hangMs) {
      const hangs = next();
      worker.postMessage({ hangMs });
      await hangs;
      return { woken: next() };
    },
  }));
}

interface Said {
  readonly isOwner?: boolean;
  readonly outputs?: unknown;
  readonly sessions?: number;
  /** Codes of the errors nobody else was told of. */
  readonly codes?: readonly string[];
}

interface HangingOwner {
  readonly isOwner: boolean;
  hang(hangMs: number): Promise<{ readonly woken: Promise<Said> }>;
}

function sharedInWorker(name: string): Promise<string> {
  const worker = new Worker(new URL("./shared-worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(name);
  });
}

window.lab = {
  ...lab,
  twoTasks,
  inWorker,
  transports,
  plainly,
  answerPackets,
  pageAgent,
  workerAgent,
  sharedInWorker,
  hangingOwner,
};
