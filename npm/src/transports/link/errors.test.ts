import { expect, test } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { fromWire, toWire } from "./errors.ts";

test("a refusal of ours crosses with its code, sentence and details", () => {
  const error = new PolyphonError("BUS_DENIED", { message: "no right to that.", details: { subject: "a.b" } });
  expect(fromWire(toWire(error))).toMatchObject({
    code: "BUS_DENIED",
    message: "no right to that.",
    retryable: error.retryable,
    details: { subject: "a.b" },
  });
});

test("what is not ours crosses as TRANSPORT_FAILED and says nothing of this side", () => {
  const wire = toWire(new Error("password in /etc/secret"));
  expect(wire.code).toBe("TRANSPORT_FAILED");
  expect(JSON.stringify(wire)).not.toContain("secret");
});

test("a code of a newer version is kept in the details", () => {
  const error = fromWire({ code: "BUS_OF_TOMORROW", message: "later.", retryable: true, details: { a: 1 } });
  expect(error).toMatchObject({
    code: "TRANSPORT_FAILED",
    retryable: true,
    details: { a: 1, code: "BUS_OF_TOMORROW" },
  });
});
