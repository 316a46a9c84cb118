/** The linear memories of the modules that are instantiated from now on; nothing else tells a process how large they are. */
export function watchWasmMemory(): { bytes(): number } {
  const memories: WebAssembly.Memory[] = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports?]) {
      const instance = new target(...args);
      const { memory } = instance.exports;
      if (memory instanceof WebAssembly.Memory) memories.push(memory);
      return instance;
    },
  });
  return { bytes: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}
