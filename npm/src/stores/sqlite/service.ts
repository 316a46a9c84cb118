import type { ErrorCode } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import { toStoreError } from "./sqlite-error.ts";

/** An object whose methods another thread may call. */
export interface Service {
  readonly config: { readonly name: string; readonly file: string };
  /** Called after an answer was sent. */
  rest?(): void;
  close(): void;
}

/** The names of the methods of a service. */
export type MethodOf<S> = { [K in keyof S]: S[K] extends (...args: never[]) => unknown ? K : never }[keyof S];
export type ArgumentsOf<S, M extends keyof S> = S[M] extends (...args: infer A) => unknown ? A : never;
export type AnswerOf<S, M extends keyof S> = S[M] extends (...args: never[]) => infer R ? R : never;

/** One call on its way to the worker, and the answer on its way back: both in the order of the calls. */
export type Call = readonly [method: string, args: readonly unknown[]];
export type Answer = readonly [value: unknown, failure?: Failure];

/** An error in a form that crosses threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Calls `method`; whatever it throws becomes an error of the store domain. */
export function dispatch(service: Service, method: string, args: readonly unknown[]): unknown {
  try {
    const target = (service as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[method];
    return target?.apply(service, args as unknown[]);
  } catch (error) {
    throw toStoreError(service.config.name, service.config.file, error);
  }
}

export function toFailure(error: PolyphonError): Failure {
  const { code, message, retryable, details } = error;
  return { code, message, retryable, details };
}

export function fromFailure(failure: Failure): PolyphonError {
  const { code, message, retryable, details } = failure;
  return new PolyphonError(code, { message, retryable, details });
}
