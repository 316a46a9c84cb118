import type { RawFilter } from "../wasm/protocol.ts";

/** Which messages a subscriber wants. */
export class Filter {
  /** @internal */
  readonly raw: RawFilter;

  /** @internal */
  constructor(raw: RawFilter) {
    this.raw = raw;
  }

  /** Whether it looks at headers only. */
  get needsNoPayload(): boolean {
    return this.raw.needsNoPayload();
  }
}
