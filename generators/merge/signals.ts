/** A closed terminal, Ctrl-C, a polite kill. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** What a stopped command ends with: the shells' own convention. */
const STOPPED = 130;

let held = false;
let stopped = false;

/** From now on a signal ends the command at once, after this; gives back how to stop listening. */
export function onSignal(clean: () => void): () => void {
  const end = () => {
    stopped = true;
    if (held) return;
    clean();
    process.exit(STOPPED);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}

/** Ctrl-C does not stop what takes a few milliseconds; it is obeyed afterwards. */
export async function withoutSignals(work: () => Promise<void>): Promise<void> {
  held = true;
  try {
    await work();
  } finally {
    held = false;
  }
}

/** Whether somebody wanted to stop in the meantime. */
export function wasStopped(): boolean {
  return stopped;
}
