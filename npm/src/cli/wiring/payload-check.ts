import { PolyphonError } from "../../errors/error.ts";
import { visitEvents } from "../../runtime/frame.ts";
import { loadPayload } from "../../runtime/payloads.ts";
import type { StoreReader } from "../../stores/store.ts";
import type { Event, Payload } from "../../wasm/codec.generated.ts";
import type { Kernel } from "../../wasm/kernel.ts";
import type { Verification } from "../ports.ts";

type Ref = Extract<Payload, { type: "Ref" }>;

/** Problems that are told one by one; more say nothing new. */
const TOLD = 100;

/** Compares the payloads that events name with the hashes they name them by. Those that are gone are no problem. */
export class PayloadCheck {
  readonly #store: StoreReader;
  readonly #problems: Verification["problems"][number][];
  #noted: { readonly seq: number; readonly payload: Ref }[] = [];

  constructor(store: StoreReader, problems: Verification["problems"][number][]) {
    this.#store = store;
    this.#problems = problems;
  }

  note(seq: number, event: Event): void {
    this.#find(seq, event);
  }

  async check(kernel: Kernel): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    const source = {
      load: (key: string) => this.#store.payload(key),
      hash: (bytes: Uint8Array) => kernel.payloadHash("", bytes),
    };
    for (const { seq, payload } of noted) {
      if (this.#problems.length >= TOLD) return;
      try {
        await loadPayload(payload, source);
      } catch (error) {
        if (!(error instanceof PolyphonError)) throw error;
        this.#problems.push({ code: error.code, seq, message: error.message });
      }
    }
  }

  /** Checks what the events of a part of the journal name. */
  async checkFrames(firstSeq: number, lastSeq: number, kernel: Kernel): Promise<void> {
    if (firstSeq > lastSeq) return;
    for await (const frame of this.#store.read(firstSeq)) {
      let end = 0;
      visitEvents(frame, (seq, _timeMs, event) => {
        end = seq;
        this.note(seq, event);
      });
      await this.check(kernel);
      if (end >= lastSeq) return;
    }
  }

  #find(seq: number, part: unknown): void {
    if (typeof part !== "object" || part === null || part instanceof Uint8Array) return;
    if ((part as { readonly type?: unknown }).type === "Ref") this.#noted.push({ seq, payload: part as Ref });
    else for (const inner of Object.values(part)) this.#find(seq, inner);
  }
}
