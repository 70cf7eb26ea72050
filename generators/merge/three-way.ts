/** One thing in the three versions that are merged. */
export interface ThreeWay<T> {
  /** As it was rendered last. */
  base: T;
  /** As the user's last commit has it. */
  current: T;
  /** As it is rendered now. */
  incoming: T;
}

export const VERSIONS = ['base', 'current', 'incoming'] as const;
