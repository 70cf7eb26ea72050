import type { SimpleGit } from 'simple-git';
import { gitEnvironment, SETTINGS } from './environment.ts';
import { codeOf } from './process.ts';

/** What git answered to a question, or what it left when it did not. */
export interface Answer<T> {
  /** Undefined unless git ended with 0. */
  answer: T | undefined;
  /** Undefined when git could not be started. */
  code: number | undefined;
  /** Both empty when there is an answer. */
  stdout: string;
  stderr: string;
}

export interface QueryOptions {
  /** Further settings, `key=value`. */
  settings?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** Puts a question with a text for an answer to git in a folder; any exit code but 0 is no answer. */
export async function queryGit<T>(
  folder: string,
  question: (git: SimpleGit) => PromiseLike<T>,
  { settings = [], env = {} }: QueryOptions = {},
): Promise<Answer<T>> {
  const { simpleGit } = await import('simple-git');
  const environment = { ...gitEnvironment(), ...env };
  const failures: { exitCode: number | null; stdout: string; stderr: string }[] = [];
  const git = simpleGit(folder, {
    config: [...SETTINGS, ...settings],
    unsafe: UNSAFE,
    allowEnvironment: Object.keys(environment),
    completion: { onClose: true, onExit: false }, // output may arrive after the exit
    errors: (error, { exitCode, stdOut, stdErr }) => {
      if (exitCode === 0) return undefined;
      const stdout = String(Buffer.concat(stdOut));
      const stderr = String(Buffer.concat(stdErr));
      failures.push({ exitCode, stdout, stderr });
      return error ?? new Error(stderr);
    },
  }).env(environment);
  try {
    return { answer: await question(git), code: 0, stdout: '', stderr: '' };
  } catch (error) {
    const [failed] = failures;
    if (!failed) throw error;
    const { exitCode, stdout, stderr } = failed;
    const started = exitCode === null || exitCode >= 0;
    return {
      answer: undefined,
      code: await codeOf(started ? exitCode : undefined),
      stdout,
      stderr,
    };
  }
}

/** simple-git guards against arguments and variables from strangers; these are our own constants, and the user's. */
const UNSAFE = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeEditor: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafePager: true,
  allowUnsafeTemplateDir: true,
} as const;
