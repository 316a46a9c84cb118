import sax from "sax";
import { clip, type FailedTest, failedTest, MAX_FAILURES, MAX_TEXT, type TestReport } from "./test-report.ts";

const MAX_DEPTH = 256;
const MAX_ATTRIBUTES = 1_000;

type Attributes = Readonly<Record<string, string>>;

interface Case {
  readonly attributes: Attributes;
  outcome: "passed" | "failed" | "skipped";
  message: string;
  evidence: string;
}

/**
 * Reads JUnit XML in pieces, as pytest, node, Maven, Gradle and others write it. Counts test cases, not the totals in
 * attributes, which producers fill in differently. Document types and entities of their own are not expanded.
 */
export class JunitParser {
  readonly #xml = sax.parser(true, {});
  readonly #suites: string[] = [];
  readonly #failures: FailedTest[] = [];
  readonly #counts = { passed: 0, failed: 0, skipped: 0 };
  #depth = 0;
  #attributes = 0;
  #case: Case | undefined;
  #text: string[] | undefined;
  #textLength = 0;
  #rootSeen = false;
  #problem: string | undefined;

  constructor() {
    const xml = this.#xml;
    xml.onopentag = (tag) => this.#open(tag.name, tag.attributes as Attributes);
    xml.onclosetag = (name) => this.#close(name);
    xml.onattribute = () => {
      if (++this.#attributes > MAX_ATTRIBUTES) this.#fail(`an element has more than ${MAX_ATTRIBUTES} attributes`);
    };
    xml.ontext = (text) => this.#addText(text);
    xml.oncdata = (text) => this.#addText(text);
    xml.onerror = (error) => {
      // Long messages in attributes are common; the size of the file is what bounds them.
      if (error.message.startsWith("Max buffer length")) xml.resume();
      else this.#fail(error.message.split("\n", 1)[0] ?? "not well-formed");
    };
  }

  /** Feed it pieces of at most 64 KiB: what it holds is bounded by the piece. */
  push(piece: string): void {
    if (this.#problem !== undefined) return;
    try {
      this.#xml.write(piece);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  end(): TestReport {
    if (this.#problem === undefined && !this.#rootSeen) this.#problem = "there is no test suite in it";
    if (this.#problem === undefined && this.#depth > 0) this.#problem = "it breaks off before its end";
    const incomplete =
      this.#problem === undefined ? {} : { incomplete: `the JUnit file is not whole: ${this.#problem}` };
    return { ...this.#counts, failures: this.#failures, ...incomplete };
  }

  #open(name: string, attributes: Attributes): void {
    this.#attributes = 0;
    if (this.#problem !== undefined) return;
    if (++this.#depth > MAX_DEPTH) {
      this.#fail(`elements are nested more than ${MAX_DEPTH} deep`);
      return;
    }
    if (name === "testsuites" || name === "testsuite") this.#rootSeen = true;
    if (name === "testsuite") this.#suites.push(clip(attributes.name ?? "", 256));
    else if (name === "testcase") this.#case = { attributes, outcome: "passed", message: "", evidence: "" };
    else if (this.#case) this.#outcome(this.#case, name, attributes);
  }

  #outcome(test: Case, name: string, attributes: Attributes): void {
    if (name === "skipped") test.outcome = "skipped";
    if (name !== "failure" && name !== "error") return;
    test.outcome = "failed";
    test.message ||= clip(attributes.message ?? "");
    test.evidence ||= clip(`${attributes.type ?? ""}\n${test.message}`);
    this.#text = [];
    this.#textLength = 0;
  }

  #close(name: string): void {
    this.#depth--;
    if (this.#problem !== undefined) return;
    const test = this.#case;
    if ((name === "failure" || name === "error") && test && this.#text) {
      const text = this.#text.join("").trim();
      test.message ||= clip(text.split("\n", 1)[0] ?? "");
      test.evidence = clip(`${test.evidence}\n${text}`);
      this.#text = undefined;
    }
    if (name === "testsuite") this.#suites.pop();
    if (name === "testcase" && test) this.#count(test);
  }

  #count(test: Case): void {
    this.#case = undefined;
    this.#counts[test.outcome]++;
    if (test.outcome !== "failed" || this.#failures.length >= MAX_FAILURES) return;
    const { name = "(unnamed test)", file, line } = test.attributes;
    const path = [...this.#suites, name].filter((part) => part !== "").join(" > ");
    const at = line === undefined ? undefined : Number(line);
    this.#failures.push(failedTest(path, { message: test.message, file, line: at, evidence: test.evidence }));
  }

  #addText(text: string): void {
    if (!this.#text || this.#textLength >= MAX_TEXT) return;
    this.#text.push(text.slice(0, MAX_TEXT));
    this.#textLength += text.length;
  }

  #fail(reason: string): void {
    this.#problem ??= reason;
  }
}
