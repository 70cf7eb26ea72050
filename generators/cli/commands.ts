import type { Question } from '../engine/questions.ts';

/** A command, as its page of help states it. */
export interface Command {
  usage: string;
  does: string;
  /** Fewest and most words after it. */
  words: readonly [number, number];
}

export const COMMANDS = {
  new: {
    usage: '[FOLDER]',
    does: 'Writes a machine-learning repository that trains in its first minute.',
    words: [0, 1],
  },
  status: {
    usage: '',
    does: 'Says where this repository stands: phase, blocks, what you changed, what an upgrade would bring.',
    words: [0, 0],
  },
  phase: {
    usage: '[N]',
    does: 'Raises this repository to the next phase, or to phase N, without losing a line of yours.',
    words: [0, 1],
  },
  update: {
    usage: '',
    does: 'Brings newer templates at the same phase, or the files for an answer that has changed.',
    words: [0, 0],
  },
  add: {
    usage: 'BLOCK…',
    does: 'Adds blocks, with what they require.',
    words: [1, Number.POSITIVE_INFINITY],
  },
  swap: {
    usage: 'CAPABILITY BLOCK',
    does: 'Puts one provider of a capability in place of another.',
    words: [2, 2],
  },
  remove: {
    usage: 'BLOCK…',
    does: 'Takes blocks out again.',
    words: [1, Number.POSITIVE_INFINITY],
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The questions that a command's flags may answer. */
export function questionsFor(command: string, questions: readonly Question[]): Question[] {
  if (command === 'status') return [];
  if (command === 'new') return [...questions];
  return questions.filter(({ key }) => key !== 'phase' && key !== 'modality');
}
