import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, on every interpreter, begins first: otherwise the run would end with one of them alone. */
const LONGEST = [
  "snapshot-exact",
  "leaks",
  "dump",
  "states",
  "paths",
  "snapshot-tool-death",
  "snapshot-faulty-extensions",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? LONGEST.length : place;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    // Vitest's own number leaves one processor idle: on two, files would run one after another.
    maxWorkers: availableParallelism(),
    minWorkers: 1,
    sequence: { sequencer: LongestFirst },
    // Targets are real processes, and machines can be slow; no test measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
