import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    // Targets are real processes, and machines can be slow; no test measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
