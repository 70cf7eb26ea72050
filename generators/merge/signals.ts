/** A closed terminal, Ctrl-C, a request to end. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** The exit code of an interrupted command, as in a shell. */
const STOPPED = 130;

let held = false;
let stopped = false;

/** From now on a signal ends the command after this clean-up; returns how to stop listening. */
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

/** A signal does not stop this work, which takes a few milliseconds; it ends the command afterwards. */
export async function withoutSignals(work: () => Promise<void>): Promise<void> {
  held = true;
  try {
    await work();
  } finally {
    held = false;
  }
}

/** Whether a signal arrived in the meantime. */
export function wasStopped(): boolean {
  return stopped;
}
