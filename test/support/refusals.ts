import { expect } from 'vitest';
import { Refusal } from '../../generators/engine/errors.ts';

/** The message with which a call is refused; anything but a refusal fails the test. */
export function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).message;
  }
  throw new Error('It was not refused.');
}

/** The same for a call that answers later. */
export async function laterRefusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  return (error as Refusal).message;
}
