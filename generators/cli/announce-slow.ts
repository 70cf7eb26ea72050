import type { Ui } from './command.ts';

/** What takes longer says what it is. */
const PATIENCE_MS = 2000;

/** Waits for work that is quick most of the time; when it is not, a line says what is being done. */
export async function announceWhenSlow<T>(
  ui: Pick<Ui, 'print'>,
  line: string,
  work: Promise<T>,
  patience = PATIENCE_MS,
): Promise<T> {
  const timer = setTimeout(() => ui.print(line), patience);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
