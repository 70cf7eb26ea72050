import { count } from '../../cli/printing.ts';

/** How many paths of each kind an upgrade would touch. */
export interface Forecast {
  phase: number;
  version: string;
  added: number;
  changed: number;
  removed: number;
  merged: number;
  kept: number;
  conflicts: number;
}

/** `add 31, change 4, merge 2 with your edits; no conflict.` */
export function describeForecast(forecast: Forecast): string {
  const { added, changed, removed, merged, kept, conflicts } = forecast;
  const parts: [number, string][] = [
    [added, `add ${added}`],
    [changed, `change ${changed}`],
    [removed, `remove ${removed}`],
    [merged, `merge ${merged} with your edits`],
    [kept, `leave ${kept} as you have it`],
  ];
  const said = parts.filter(([number]) => number > 0).map(([, text]) => text);
  return `${said.join(', ')}; ${conflicts === 0 ? 'no conflict' : count(conflicts, 'conflict')}.`;
}
