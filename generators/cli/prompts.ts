import type { Answer } from '../engine/answers.ts';
import { checkAnswer } from '../engine/answers.ts';
import type { Question } from '../engine/questions.ts';

/** The part of a Yeoman adapter that asks. */
export interface Prompter {
  prompt: (questions: object[]) => Promise<object>;
}

/** Puts one question through Yeoman's prompts, again until the answer is valid. */
export async function askUser(
  adapter: Prompter,
  question: Question,
  suggested: Answer | undefined,
): Promise<Answer> {
  const { key, type, ask, choices } = question;
  const kind = { 'yes-no': 'confirm', choice: 'select', text: 'input' }[type];
  const answers = (await adapter.prompt([
    {
      name: key,
      type: kind,
      message: ask,
      default: suggested,
      choices: choices.map(({ value, title }) => ({
        value,
        name: title === value ? value : `${value}  ${title}`,
        short: value,
      })),
      validate: (answer: unknown) => reason(question, answer) ?? true,
    },
  ])) as Record<string, Answer>;
  return answers[key] as Answer;
}

/** Asks for a yes; Enter is one. */
export async function confirmWithUser(adapter: Prompter, question: string): Promise<boolean> {
  const asked = { name: 'confirmed', type: 'confirm', message: question, default: true };
  const answers = (await adapter.prompt([asked])) as { confirmed: boolean };
  return answers.confirmed;
}

function reason(question: Question, answer: unknown): string | undefined {
  try {
    checkAnswer(question, answer);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
