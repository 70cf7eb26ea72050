import type { Answer } from '../engine/answers.ts';
import { checkAnswer } from '../engine/answers.ts';
import type { Question } from '../engine/questions.ts';
import { paint, terminalWidth, wrapText } from './printing.ts';

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
  const width = Math.max(0, ...choices.map(({ value }) => value.length));
  const answers = (await adapter.prompt([
    {
      name: key,
      type: kind,
      message: ask,
      theme: { style: { message: explainUntilDone(question) } },
      default: suggested,
      choices: choices.map(({ value, title, cost }) => ({
        value,
        name: title === value ? value : `${value.padEnd(width)}  ${title}`,
        short: value,
        ...(cost ? { description: describeCost(cost) } : {}),
      })),
      validate: (answer: unknown) => reason(question, answer) ?? true,
    },
  ])) as Record<string, Answer>;
  return answers[key] as Answer;
}

/** The question, with its explanation below it for as long as it is open. */
function explainUntilDone({ ask, help, type }: Question) {
  return (message: string, status: string): string => {
    const title = paint('title', message);
    if (status === 'done' || help === ask) return title;
    const lines = wrapText(help, terminalWidth() - 3).map((line) => `  ${paint('hint', line)}`);
    const answer = type === 'choice' ? [] : [' ']; // typed on a line of its own
    return [title, ...lines, ...answer].join('\n');
  };
}

/** What an answer costs, as its block states it. */
function describeCost({
  setup,
  monthly,
}: NonNullable<Question['choices'][number]['cost']>): string {
  const parts = [
    ...(/^0 /.test(setup) ? [] : [`setup ${setup}`]),
    ...(monthly === '$0' ? [] : [`per month ${monthly}`]),
  ];
  const text = `Cost: ${parts.join('; ') || 'nothing'}.`;
  return wrapText(text, terminalWidth() - 3)
    .map((line) => `  ${line}`)
    .join('\n');
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
    return wrapText((error as Error).message, terminalWidth() - 3).join('\n  ');
  }
}
