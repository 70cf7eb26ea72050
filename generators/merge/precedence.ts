import list from './precedence.json' with { type: 'json' };

/** A program that reads one of several places, or works next to another one. */
export interface Precedence {
  program: string;
  /** Files, `file [section]` for a part of one; the first that is there is read. */
  places: readonly string[];
  /** Whether all are read, so that two of them do one job twice. */
  readsAll?: boolean;
}

/** Where two places of one setting meet: what a release adds next to what a team has, or the other way round. */
export const PRECEDENCES: readonly Precedence[] = list;
