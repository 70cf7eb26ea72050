/** Ctrl-C does not stop what takes a few milliseconds; it is obeyed afterwards. */
export function holdSignals() {
  let stopped = false;
  const note = () => {
    stopped = true;
  };
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, note);
  return {
    stopped: () => stopped,
    release: () => {
      for (const signal of signals) process.off(signal, note);
    },
  };
}
