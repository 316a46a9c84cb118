/** One way to tell what kind of failure a text speaks of. */
export interface ErrorPattern {
  readonly type: string;
  readonly pattern: RegExp;
}

/**
 * Texts that programs, runtimes and test frameworks print when they fail, the most fundamental cause first: a test that
 * fails because a module is missing is an import error, whatever else it says. Linear patterns only: texts are hostile.
 */
const ERROR_PATTERNS: readonly ErrorPattern[] = [
  {
    type: "import_error",
    pattern:
      /\b(?:Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ModuleNotFoundError|ImportError|No module named|ClassNotFoundException|NoClassDefFoundError|cannot load such file)\b|error while loading shared libraries/,
  },
  {
    type: "permission_error",
    pattern: /\b(?:EACCES|EPERM|PermissionError|Permission denied|Operation not permitted|ERR_ACCESS_DENIED)\b/i,
  },
  {
    type: "memory_error",
    pattern:
      /\b(?:heap out of memory|MemoryError|OutOfMemoryError|ERR_WORKER_OUT_OF_MEMORY|Cannot allocate memory|ENOMEM|std::bad_alloc|memory allocation of \d+ bytes failed|Invalid array length|Array buffer allocation failed)\b/,
  },
  {
    type: "resource_exhaustion",
    pattern: /\b(?:ENOSPC|EDQUOT|EMFILE|ENFILE|No space left on device|Disk quota exceeded|Too many open files)\b/i,
  },
  {
    type: "network_error",
    pattern:
      /\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_\w+|Connection refused|Connection reset by peer|Temporary failure in name resolution|ConnectionError|ConnectionRefusedError)\b/i,
  },
  { type: "timeout", pattern: /\b(?:testTimeoutFailure|TimeoutError|test timed out|timed out after)\b/i },
  {
    type: "calculation_error",
    pattern:
      /\b(?:AssertionError|ERR_ASSERTION|AssertionFailedError|assertion failed)\b|assertion `[^`\n]{0,200}` failed/i,
  },
];

/** Type of the first pattern that one of the texts matches; earlier patterns count more than earlier texts. */
export function typeOfText(...texts: readonly (string | undefined)[]): string | undefined {
  return ERROR_PATTERNS.find(({ pattern }) => texts.some((text) => text !== undefined && pattern.test(text)))?.type;
}

/** What shells and loaders mean by an exit code. */
export const CONVENTIONAL_EXITS: Readonly<Record<string, string>> = {
  "126": "permission_error",
  "127": "system_error",
};
