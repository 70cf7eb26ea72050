import type { Status } from './status.ts';
export function statusLines(_status: Status): string[] {
  return [];
}
