// A strict TypeScript program of a user, checked with the types of the libraries it uses.
import { type Clock, loadKernel, PolyphonError, type Store } from "polyphon";
import { loadKernel as loadNow } from "polyphon/node";
import { FakeClock } from "polyphon/testing";

const clock: Clock = new FakeClock();
const now: WebAssembly.Module = loadNow();
const later: Promise<WebAssembly.Module> = loadKernel();
const error = new PolyphonError("STORE_IO", { message: "test" });
// @ts-expect-error: a code that is not registered
new PolyphonError("NO_SUCH_CODE", { message: "test" });

export type Opened = Awaited<ReturnType<Store["open"]>>;
export const seen: readonly unknown[] = [clock.monoMs(), now, later, error.code];
