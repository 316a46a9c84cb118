import { askOver } from "../../transports/ask.ts";
import type { Transport, TransportAsker, TransportMessage } from "../../transports/transport.ts";
import { collect, equal, refused, rejectedWith } from "../store-contract/expect.ts";
import { type Context, message, pause, until } from "./subject.ts";

export function asking(context: Context): void {
  const question = (subject: string, payload: unknown = null): TransportMessage =>
    message(subject, payload, { kind: "query", replyTo: "nowhere", correlationId: "q" });

  context.test("a request gets its answer", async ({ near, far }) => {
    await answering(far, "sum", async (asked, reply) => {
      const { a, b } = asked.payload as { readonly a: number; readonly b: number };
      await reply({ result: a + b, sequence: 0, done: true });
    });
    for (let n = 0; n < 5; n++) {
      const answers = await collect(near.request(question("sum", { a: n, b: 1 })));
      equal(answers.length, 1, "answers");
      equal(answers[0]?.kind, "response", "kind");
      equal((answers[0]?.payload as { readonly result: number } | undefined)?.result, n + 1, "result");
    }
  });

  context.test("many requests at once get each its own", async ({ near, far }) => {
    await answering(far, "echo", (asked, reply) => reply({ result: asked.payload, done: true }));
    const results = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const [answer] = await collect(near.request(question("echo", n)));
        return (answer?.payload as { readonly result: number } | undefined)?.result;
      }),
    );
    equal(results.join(), Array.from({ length: 100 }, (_, n) => n).join(), "results");
  });

  context.test("several answers come in order until the last", async ({ near, far }) => {
    await answering(far, "count", async (_, reply) => {
      for (let n = 0; n < 200; n++) await reply({ result: n, sequence: n, done: false });
      await reply({ result: null, sequence: 200, done: true });
    });
    const answers = await collect(near.request(question("count")));
    equal(answers.length, 201, "answers");
    for (const [n, { payload }] of answers.entries()) {
      equal((payload as { readonly sequence: number }).sequence, n, "sequence");
    }
  });

  context.test("an error is an answer, and the last", async ({ near, far }) => {
    await answering(far, "fails", (_, reply) =>
      reply({ code: "REQUEST_FAILED", message: "no", retryable: false }, "error"),
    );
    const answers = await collect(near.request(question("fails")));
    equal(answers.length, 1, "answers");
    equal(answers[0]?.kind, "error", "kind");
    equal((answers[0]?.payload as { readonly code: string } | undefined)?.code, "REQUEST_FAILED", "code");
  });

  context.test("a request nobody answers ends", async ({ near, far }) => {
    await far.subscribe("silent", () => undefined);
    await refused(collect(near.request(question("silent"), { timeoutMs: 50 })), "REQUEST_TIMEOUT");
    await refused(collect(near.request(question("nobody-there"), { timeoutMs: 200 })), "REQUEST_NO_RESPONDER");
  });

  context.test("an abort ends a request with its reason", async ({ near, far }) => {
    await far.subscribe("slow", () => undefined);
    const abort = new AbortController();
    const reason = new Error("enough");
    const asked = collect(near.request(question("slow"), { signal: abort.signal }));
    asked.catch(() => undefined);
    await pause(20);
    abort.abort(reason);
    await rejectedWith(asked, reason);
    await rejectedWith(collect(near.request(question("slow"), { signal: abort.signal })), reason);
  });

  context.test("who leaves the loop gets no more, and the next request works", async ({ near, far }) => {
    await answering(far, "endless", async (_, reply) => {
      for (let n = 0; n < 20; n++) await reply({ result: n, sequence: n, done: false });
    });
    let count = 0;
    for await (const _ of near.request(question("endless"))) {
      count += 1;
      if (count === 3) break;
    }
    equal(count, 3, "answers");
    await answering(far, "after", (_, reply) => reply({ result: "fine", done: true }));
    const [answer] = await collect(near.request(question("after")));
    equal((answer?.payload as { readonly result: string } | undefined)?.result, "fine", "result");
  });

  context.test("who is told the answers gets one at a time, and one end", async ({ near, far }) => {
    await answering(far, "count", async (_, reply) => {
      for (let n = 0; n < 100; n++) await reply({ result: n, sequence: n, done: n === 99 });
    });
    const ears = new Ears();
    const asking = askOver(near, question("count"), 5_000, ears);
    await until(() => ears.ends.length > 0, "the end");
    equal(ears.answers.join(), Array.from({ length: 100 }, (_, n) => n).join(), "sequences");
    equal(ears.mostOpen, 1, "answers that were open at once");
    asking.callOff();
    await pause(20);
    equal(ears.ends.join(), "answered", "ends");
  });

  context.test("who is told the answers is told why there are none", async ({ near, far }) => {
    await far.subscribe("silent", () => undefined);
    const endOf = async (subject: string, timeoutMs: number): Promise<string> => {
      const ears = new Ears();
      askOver(near, question(subject), timeoutMs, ears);
      await until(() => ears.ends.length > 0, "the end");
      return ears.ends.join();
    };
    equal(await endOf("silent", 50), "REQUEST_TIMEOUT", "end");
    equal(await endOf("nobody-there", 1_000), "REQUEST_NO_RESPONDER", "end");
    equal(await endOf("not a subject", 1_000), "PROTOCOL_SUBJECT_INVALID", "end");
    await near.close();
    equal(await endOf("silent", 1_000), "TRANSPORT_CLOSED", "end");
  });

  context.test("who calls a request off hears no more of it", async ({ near, far }) => {
    await answering(far, "endless", async (_, reply) => {
      for (let n = 0; n < 20; n++) await reply({ result: n, sequence: n, done: false });
    });
    const ears = new Ears();
    const asking = askOver(near, question("endless"), 100, ears);
    await until(() => ears.answers.length >= 3, "some answers");
    asking.callOff();
    const heard = ears.answers.length;
    await pause(150);
    equal(ears.answers.length, heard, "answers");
    equal(ears.ends.length, 0, "ends");
  });

  context.test("a transport that closes ends its requests", async ({ near, far }) => {
    await far.subscribe("held", () => undefined);
    const asked = collect(near.request(question("held")));
    asked.catch(() => undefined);
    await until(() => near.health().state === "up", "up");
    await pause(20);
    await near.close();
    await refused(asked, "TRANSPORT_CLOSED");
  });
}

/** Notes what it is told, and takes its time. */
class Ears implements TransportAsker {
  readonly answers: number[] = [];
  readonly ends: string[] = [];
  mostOpen = 0;
  #open = 0;

  answer({ payload }: TransportMessage): Promise<void> {
    this.answers.push((payload as { readonly sequence: number }).sequence);
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    return pause(1).then(() => {
      this.#open -= 1;
    });
  }

  end(error?: unknown): void {
    this.ends.push(error === undefined ? "answered" : (error as { readonly code: string }).code);
  }
}

type Reply = (payload: unknown, kind?: "response" | "error") => Promise<void>;

/** Answers requests at one end as a responder elsewhere would. */
async function answering(
  transport: Transport,
  subject: string,
  respond: (asked: TransportMessage, reply: Reply) => Promise<void>,
): Promise<void> {
  await transport.subscribe(subject, (asked) => {
    const { replyTo = "" } = asked;
    const correlationId = asked.correlationId ?? asked.id;
    return respond(asked, (payload, kind = "response") =>
      transport.publish(message(replyTo, payload, { kind, correlationId, causationId: asked.id })),
    );
  });
}
