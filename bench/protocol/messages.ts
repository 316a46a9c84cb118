// What is measured: envelopes whose payload is a structure or bytes.

/** An envelope as the stacks in JavaScript have it. */
export interface Plain {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly source: string;
  readonly target: { readonly topic: string };
  readonly timestamp: number;
  readonly priority: string;
  readonly correlationId: string;
  readonly trace_context: { readonly traceparent: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>> | Uint8Array;
}

/** An envelope whose payload has about that many bytes of JSON, or exactly so many opaque ones. */
export function message(bytes: number, opaque: boolean): Plain {
  return {
    id: "0197f3c7-1500-7001-8203-040506070800",
    version: "1.0.0",
    kind: opaque ? "data" : "event",
    source: "sensor-7",
    target: { topic: "plant.7.sensor1.state" },
    timestamp: 1_752_141_600_000,
    priority: "high",
    correlationId: "order-4711",
    trace_context: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    headers: { region: "eu-central" },
    payload: opaque ? noise(bytes) : structure(bytes),
  };
}

/** Readings with numbers, texts and flags: what agents send each other. */
function structure(bytes: number): Record<string, unknown> {
  const data: unknown[] = [];
  const payload = { name: "reading", data };
  for (let n = 0; JSON.stringify(payload).length < bytes; n++) {
    data.push({
      sensor: `s-${(n * 7919) % 9973}`,
      value: ((n * 104_729) % 10_000) / 100,
      unit: "kPa",
      ok: n % 7 !== 0,
    });
  }
  return payload;
}

function noise(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, n) => (n * 2_654_435_761) >>> 24);
}
