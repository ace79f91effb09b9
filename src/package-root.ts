/** The folder of the package: this file is in `src/`, and the bundle that it becomes part of is in `dist/`. */
export const packageRoot = new URL("..", import.meta.url);
