import { clip, MAX_TEXT } from "./test-report.ts";

/** The members of a diagnostic block that say something about a failure. */
const KEYS: ReadonlySet<string> = new Set(
  "error message code name location file line failureType type stack exitCode signal".split(" "),
);
const MEMBER = /^( *)([A-Za-z_][A-Za-z0-9_]*):(?: +(.*))?$/;
const BLOCK = /^[|>][+-]?\d?$/;

/**
 * Reads the YAML block under a test point line by line: known scalar members at any depth, the first of a name wins.
 * Not a YAML parser on purpose: it takes whatever producers print and never fails.
 */
export class TapDiagnostic {
  readonly #members = new Map<string, string>();
  #block: { readonly key: string; readonly indent: number; readonly lines: string[]; length: number } | undefined;

  push(line: string): void {
    if (this.#block && this.#inBlock(line)) return;
    this.#closeBlock();
    const member = MEMBER.exec(line);
    if (!member) return;
    const [, spaces = "", key = "", value = ""] = member;
    if (!KEYS.has(key) || this.#members.has(key)) return;
    if (BLOCK.test(value)) this.#block = { key, indent: spaces.length, lines: [], length: 0 };
    else if (value !== "") this.#members.set(key, clip(unquote(value)));
  }

  get(key: string): string | undefined {
    this.#closeBlock();
    return this.#members.get(key);
  }

  /** Everything that tells one kind of failure from another. */
  evidence(): string {
    const parts = ["code", "name", "failureType", "error", "message", "stack"].map((key) => this.get(key));
    return parts.filter((part) => part !== undefined).join("\n");
  }

  /** `location: 'file:line:column'`, or members of their own. */
  place(): { readonly file?: string; readonly line?: number } {
    const location = /^(.*?):(\d+)(?::\d+)?$/.exec(this.get("location") ?? "");
    if (location) return { file: location[1] ?? "", line: Number(location[2]) };
    const file = this.get("file");
    const line = Number(this.get("line"));
    return { ...(file ? { file } : {}), ...(Number.isSafeInteger(line) && line > 0 ? { line } : {}) };
  }

  #inBlock(line: string): boolean {
    const block = this.#block;
    if (!block) return false;
    const text = line.trimStart();
    if (text !== "" && line.length - text.length <= block.indent) return false;
    if (block.length < MAX_TEXT) {
      block.lines.push(text);
      block.length += text.length + 1;
    }
    return true;
  }

  #closeBlock(): void {
    if (!this.#block) return;
    this.#members.set(this.#block.key, clip(this.#block.lines.join("\n")));
    this.#block = undefined;
  }
}

function unquote(value: string): string {
  const last = value.at(-1);
  if (value.length > 1 && value[0] === "'" && last === "'") return value.slice(1, -1).replaceAll("''", "'");
  if (value.length > 1 && value[0] === '"' && last === '"') return parsed(value) ?? value.slice(1, -1);
  return value;
}

function parsed(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
