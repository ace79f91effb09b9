import { defineConfig } from "vitest/config";

// `npm run real`: programs made of packages from PyPI, not part of the ordinary run.
export default defineConfig({
  test: {
    include: ["test/real/**/*.real.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 600_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
