import type { ErrorCode } from "../errors/codes.generated.ts";
import { PolyphonError } from "../errors/error.ts";
import { clip } from "./formats/test-report.ts";
import type { AttemptError } from "./host.ts";
import { isName } from "./limits.ts";

/** Error type by the `code` that system calls, node and its modules put on an error. */
const BY_CODE: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission_error"],
  ["EPERM", "permission_error"],
  ["EROFS", "permission_error"],
  ["ERR_ACCESS_DENIED", "permission_error"],
  ["ERR_MODULE_NOT_FOUND", "import_error"],
  ["MODULE_NOT_FOUND", "import_error"],
  ["ERR_PACKAGE_PATH_NOT_EXPORTED", "import_error"],
  ["ENOMEM", "memory_error"],
  ["ERR_WORKER_OUT_OF_MEMORY", "memory_error"],
  ["ENOSPC", "resource_exhaustion"],
  ["EDQUOT", "resource_exhaustion"],
  ["EMFILE", "resource_exhaustion"],
  ["ENFILE", "resource_exhaustion"],
  ["ETIMEDOUT", "network_error"],
  ["ENOTFOUND", "network_error"],
  ["EAI_AGAIN", "network_error"],
  ["EHOSTUNREACH", "network_error"],
  ["ENETUNREACH", "network_error"],
  ["EPIPE", "network_error"],
  ["ERR_ASSERTION", "calculation_error"],
]);

/** What is left, by shape of the code. */
const BY_SHAPE: readonly (readonly [RegExp, string])[] = [
  [/^(ECONN|UND_ERR_)/, "network_error"],
  [/^E[A-Z0-9]+$/, "system_error"],
];

/** Error type by `name`. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ["AbortError", "timeout"],
  ["TimeoutError", "timeout"],
  ["AssertionError", "calculation_error"],
]);

/** Error type of Polyphon's own errors, by shape of the code. */
const BY_POLYPHON_CODE: readonly (readonly [RegExp, string])[] = [
  [/_TIMEOUT$/, "timeout"],
  [/^(STORE|KERNEL|RUNTIME|HOST)_/, "system_error"],
  [/^(BUS|TRANSPORT)_/, "network_error"],
];

const OUT_OF_MEMORY = /invalid (array|string|typed array) length|allocation failed|heap|out of memory/i;
/** Causes looked through for what explains an error. */
const MAX_CAUSES = 5;

interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errorType?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

/** Turns whatever an agent threw into the error of its attempt. Never throws, whatever it is given. */
export function attemptError(thrown: unknown): AttemptError {
  try {
    return read(thrown);
  } catch {
    return { type: "logic_error", message: "the agent threw a value that cannot be read" };
  }
}

function read(thrown: unknown): AttemptError {
  if (typeof thrown !== "object" || thrown === null) {
    return { type: "logic_error", message: clip(`the agent threw ${typeof thrown}: ${String(thrown)}`) };
  }
  const { name, message, code, stack } = thrown as Thrown;
  const own = PolyphonError[Symbol.hasInstance](thrown) ? { code: code as ErrorCode } : {};
  return {
    type: typeOf(thrown as Thrown),
    message: clip(
      typeof message === "string" && message !== "" ? message : typeof name === "string" ? name : "no message",
    ),
    ...own,
    details: {
      ...(typeof name === "string" ? { name: clip(name, 256) } : {}),
      ...(typeof code === "string" ? { code: clip(code, 256) } : {}),
      ...(typeof stack === "string" ? { stack: clip(stack) } : {}),
    },
  };
}

function typeOf(error: Thrown): string {
  let link: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof link === "object" && link !== null; depth++) {
    const type = ownType(link as Thrown);
    if (type !== undefined) return type;
    link = (link as Thrown).cause;
  }
  return "logic_error";
}

function ownType(error: Thrown): string | undefined {
  const { errorType, name, code, message } = error;
  if (isName(errorType)) return errorType;
  if (typeof code === "string") {
    if (PolyphonError[Symbol.hasInstance](error)) return BY_POLYPHON_CODE.find(([shape]) => shape.test(code))?.[1];
    const known = BY_CODE.get(code) ?? BY_SHAPE.find(([shape]) => shape.test(code))?.[1];
    if (known !== undefined) return known;
  }
  if (name === "RangeError" && typeof message === "string" && OUT_OF_MEMORY.test(message)) return "memory_error";
  return typeof name === "string" ? BY_NAME.get(name) : undefined;
}
