import { describe, expect, test } from "vitest";
import { codeOf, collect, setUp } from "./set-up.ts";

describe("rights and limits", () => {
  test("a principal is asked about once a subject, a denial too, until rights change", () => {
    const asked: string[] = [];
    let allows = false;
    const { bus } = setUp({
      access: (principal, action, subject) => {
        asked.push(`${principal} ${action} ${subject}`);
        return allows;
      },
    });
    const guest = bus.as("guest");
    for (let n = 0; n < 3; n++) expect(codeOf(() => guest.publish("a.b", n))).toBe("BUS_DENIED");
    expect(asked).toEqual(["guest publish a.b"]);
    expect(codeOf(() => guest.subscribe("a.>", () => {}))).toBe("BUS_DENIED");
    allows = true;
    bus.forget("other");
    expect(codeOf(() => bus.as("guest").publish("a.b", 1))).toBe("BUS_DENIED");
    bus.forget("a.>");
    const seen = collect(bus, "a.b");
    guest.publish("a.b", 4);
    expect(seen).toEqual([4]);
    bus.publish("a.b", 5);
    expect(asked.some((each) => each.includes("undefined"))).toBe(false);
  });

  test("a bucket bounds what is published, by principal, by subject or in all", () => {
    const taken: number[] = [];
    const bucket = () => {
      let left = 2;
      taken.push(left);
      return { take: () => (left-- > 0 ? 0 : 250) };
    };
    const { bus } = setUp({ limits: [{ pattern: "a.>", bucket, per: "subject" }] });
    const seen = collect(bus, ">");
    for (let n = 0; n < 3; n++) for (const subject of ["a.b", "a.c", "b"]) codeOf(() => bus.publish(subject, n));
    expect(seen).toHaveLength(7);
    expect(taken).toHaveLength(2);
    try {
      bus.publish("a.b", 1);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 250, retryable: true });
    }
    expect(bus.statistics.refused).toBe(3);
  });

  test("subscriptions are bounded", () => {
    const { bus } = setUp({ subscriptions: 1 });
    collect(bus, "a");
    expect(codeOf(() => collect(bus, "b"))).toBe("BUS_LIMIT");
  });
});
