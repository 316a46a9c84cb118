// Measures in the page: nothing of the package is loaded before the clock runs.

declare global {
  interface Window {
    bench: Readonly<Record<"local" | "socket", (url: string) => Promise<number>>>;
  }
}

window.bench = {
  async local() {
    const before = performance.now();
    const { Bus } = await import("polyphon/browser");
    const bus = new Bus();
    await new Promise<void>((resolve) => {
      bus.subscribe("first", () => resolve());
      void bus.publish("first", 1);
    });
    return performance.now() - before;
  },
  async socket(url) {
    const before = performance.now();
    const [{ Bus }, { webSocketTransport }] = await Promise.all([
      import("polyphon/browser"),
      import("polyphon/websocket"),
    ]);
    // One that publishes and one that hears it, so that the message goes to the server and back.
    const [near, far] = [0, 1].map(() => new Bus({ transport: webSocketTransport(url) })) as [
      InstanceType<typeof Bus>,
      InstanceType<typeof Bus>,
    ];
    const heard = Promise.withResolvers<void>();
    await near.subscribe("first", () => heard.resolve()).ready;
    await far.publish("first", 1);
    await heard.promise;
    return performance.now() - before;
  },
};

export {};
