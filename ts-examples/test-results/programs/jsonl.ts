// Reports what it measured as JSON lines.
const lines = [
  { type: "progress", percentage: 50, message: "warm" },
  { type: "metric", name: "requests_per_second", value: 1_850 },
  { type: "metric", name: "p99_ms", value: 12.5 },
  { type: "result", output: { requests: 10_000 } },
];
for (const line of lines) console.log(JSON.stringify(line));
