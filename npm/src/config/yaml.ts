import { Composer, type Document, Lexer, type ParsedNode, Parser, type YAMLParseError } from "yaml";
import { checkCharacters } from "./decode.ts";
import { MAX_DEPTH, MAX_FILE_BYTES, MAX_TOKENS } from "./limits.ts";
import type { Problems } from "./problems.ts";
import type { Source } from "./source.ts";

export type YamlDocument = Document.Parsed<ParsedNode>;

/** The YAML documents of a text, or nothing when it has syntax errors, each of which is reported. */
export function parseYaml(source: Source, problems: Problems, maxTokens: number = MAX_TOKENS): readonly YamlDocument[] {
  if (source.text.length > MAX_FILE_BYTES) {
    problems.error("CONFIG_TOO_LARGE", start(source, 0), tooLarge("64 MiB"), SPLIT);
    return [];
  }
  if (!checkCharacters(source, problems)) return [];
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    prettyErrors: false,
    resolveKnownTags: false,
    // The check of the library compares each key with all others; ours is linear and names both places.
    uniqueKeys: false,
    keepSourceTokens: false,
  });
  const documents: YamlDocument[] = [];
  try {
    for (const token of boundedTokens(source.text, maxTokens)) documents.push(...composer.next(token));
    documents.push(...composer.end());
  } catch (error) {
    if (!(error instanceof Excess)) throw error;
    if (error.kind === "depth") {
      const message = `nested deeper than ${MAX_DEPTH} levels`;
      problems.error("CONFIG_TOO_DEEP", start(source, error.offset), message);
    } else {
      problems.error("CONFIG_TOO_LARGE", start(source, error.offset), tooLarge(`${maxTokens} YAML tokens`), SPLIT);
    }
    return [];
  }
  // A warning of the parser (an unknown tag or directive) would mean a value other than the one written.
  const faults = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  for (const fault of faults) report(fault as YAMLParseError, source, problems);
  return faults.length > 0 ? [] : documents;
}

const SPLIT = "make large plans in code, or split the file";

const tooLarge = (bound: string): string => `the file is larger than ${bound}`;

const start = (source: Source, offset: number): { source: Source; start: number; path: string } => ({
  source,
  start: offset,
  path: "",
});

class Excess extends Error {
  readonly kind: "depth" | "tokens";
  readonly offset: number;

  constructor(kind: "depth" | "tokens", offset: number) {
    super(kind);
    this.kind = kind;
    this.offset = offset;
  }
}

/** The concrete syntax, abandoned as soon as a bound is passed: what follows would recurse into it. */
function* boundedTokens(text: string, maxTokens: number): ReturnType<Parser["parse"]> {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > maxTokens) throw new Excess("tokens", parser.offset);
    yield* parser.next(lexeme);
    // Each open collection is one entry; the document and a scalar are two more.
    if (parser.stack.length > MAX_DEPTH + 2) throw new Excess("depth", parser.offset);
  }
  yield* parser.end();
}

function report(fault: YAMLParseError, source: Source, problems: Problems): void {
  const place = start(source, fault.pos[0]);
  const [message = ""] = fault.message.split("\n");
  if (fault.code === "TAB_AS_INDENT" || source.text[fault.pos[0]] === "\t") {
    problems.error("CONFIG_TAB", place, "a tab is used for indentation", "indent with spaces");
  } else if (fault.code === "BAD_ALIAS") {
    problems.error("CONFIG_ALIAS", place, message);
  } else {
    const sentence = message.charAt(0).toLowerCase() + message.slice(1);
    problems.error("CONFIG_SYNTAX", place, fault.code === "TAG_RESOLVE_FAILED" ? tagMessage(message) : sentence);
  }
}

const tagMessage = (message: string): string =>
  `${message.replace(/^Unresolved tag: /, "unknown tag ")}; only plain YAML 1.2 values are read`;
