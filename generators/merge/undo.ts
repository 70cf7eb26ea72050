/** Steps that take back what was done, the last first. */
export class Undo {
  readonly #steps: (() => void | Promise<void>)[] = [];

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes everything back; stops where that fails, because what was done before is then needed to finish by hand. */
  async run(): Promise<{ failed: unknown } | undefined> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        return { failed: error };
      }
    }
    return undefined;
  }
}
