import type { ErrorCode } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import { toStoreError } from "./sqlite-error.ts";

/** An object whose methods another thread may call. */
export interface Service {
  readonly config: { readonly name: string; readonly file: string };
  /** Calls of `method` that wait when one of them has its turn are answered by one call of `run`, an answer each. */
  readonly together?: Together;
  /** Called after an answer was sent. */
  rest?(): void;
  close(): void;
}

/** A method that costs less for many calls at once. */
export interface Together {
  readonly method: string;
  run(calls: readonly (readonly unknown[])[]): readonly Answer[];
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

/** Calls `method`; whatever it throws becomes an error that crosses threads. */
export function answerOf(service: Service, method: string, args: readonly unknown[]): Answer {
  try {
    return [dispatch(service, method, args)];
  } catch (error) {
    return failed(error as PolyphonError);
  }
}

export function failed({ code, message, retryable, details }: PolyphonError): Answer {
  return [undefined, { code, message, retryable, details }];
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

export function fromFailure(failure: Failure): PolyphonError {
  const { code, message, retryable, details } = failure;
  return new PolyphonError(code, { message, retryable, details });
}
