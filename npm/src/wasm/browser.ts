import { PolyphonError } from "../errors/error.ts";

/** Compiles the kernel while it is being fetched; bundlers see the URL and ship the file. */
export async function loadKernel(): Promise<WebAssembly.Module> {
  return compileFrom(new URL("./generated/kernel.wasm", import.meta.url));
}

/** Compiles a module while it is being fetched. `KERNEL_UNAVAILABLE` when it is not served. */
export async function compileFrom(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new PolyphonError("KERNEL_UNAVAILABLE", {
      message: `${response.url} answered ${response.status}; serve the file of the package there.`,
      retryable: true,
      details: { url: response.url, status: response.status },
    });
  }
  // Streaming refuses any other type, a charset included.
  const streams = response.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
