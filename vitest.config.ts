import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "npm/src/**/*.test.ts",
      "tests/contract/**/*.test.ts",
      "tests/integration/**/*.test.ts",
      "tests/power-loss/**/*.test.ts",
    ],
    // Threads run built files.
    globalSetup: "scripts/lib/vitest-setup.mjs",
    passWithNoTests: false,
    testTimeout: 10_000,
  },
});
