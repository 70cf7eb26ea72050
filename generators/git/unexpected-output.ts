import { Refusal } from '../engine/errors.ts';

/** What git printed and is not what it prints: another program of that name, one that was stopped, or a damaged repository. */
export function unexpectedOutput(command: string, printed: string | Buffer): Refusal {
  const text = String(printed).slice(0, 60);
  const what = text === '' ? 'nothing' : `"${text}"`;
  return new Refusal(
    `git ${command} printed ${what} where something else belongs. Nothing was changed. Check that "git" in PATH is git itself (git --version), and that the repository is sound (git fsck).`,
  );
}

/** An object's id, as git prints it. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
