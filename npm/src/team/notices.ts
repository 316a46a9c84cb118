import type { Event } from "../wasm/codec.generated.ts";

/** What is said of an event besides the event itself. */
export interface Notice {
  readonly topic: "priority" | "broadcast";
  readonly level: "info" | "warn" | "error" | "critical";
  readonly title: string;
  readonly body: string;
}

/** What somebody should know of at once (`priority`), or everybody (`broadcast`); `undefined` for all other events. */
export function noticeOf(event: Event): Notice | undefined {
  switch (event.type) {
    case "EscalationRaised": {
      const { severity, message } = event.report;
      return urgent(severity === "critical" ? "critical" : "error", "a human is asked", message);
    }
    case "EscalationResolved":
      return urgent("info", `a human was asked: ${event.decision}`, event.note);
    case "EscalationWithdrawn":
      return urgent("info", "nobody needs to decide any more", "");
    case "AlertRaised":
      return urgent(event.severity === "critical" ? "critical" : "warn", `alert ${event.rule}`, event.details);
    case "AlertCleared":
      return urgent("info", "an alert is over", "");
    case "AgentLost":
      return urgent("error", "an agent is lost", `silent for ${event.silenceMs} ms`);
    case "AgentGivenUp":
      return urgent("error", "an agent is not started again", `after ${event.restarts} restarts`);
    case "AllStopping":
      return { topic: "broadcast", level: "info", title: "all agents stop", body: event.reason };
    case "SettingsChanged":
      return { topic: "broadcast", level: "info", title: "the settings have changed", body: "" };
    default:
      return undefined;
  }
}

function urgent(level: Notice["level"], title: string, body: string): Notice {
  return { topic: "priority", level, title, body };
}
