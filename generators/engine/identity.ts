import type { Answers, Block } from './block.ts';
import { QUOTES } from './quote.ts';

/** The answers that come from git, as templates print them: a default that stands for no one is left out. */
export interface IdentityVariables {
  /** The author as a TOML table; empty when neither name nor address is known. */
  authors: readonly string[];
  /** The address, as text and in Markdown; empty when it is not known. */
  contacts: readonly { plain: string; markdown: string }[];
  /** Who holds the copyright. */
  copyright_holder: string;
}

/** Name and address of the author, each only when the user or git gave it. */
export function identityVariables(answers: Answers, blocks: readonly Block[]): IdentityVariables {
  const name = givenAnswer('git:user.name', answers, blocks);
  const email = givenAnswer('git:user.email', answers, blocks);
  const fields = Object.entries({ name, email })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${quote('toml', String(value))}`);
  return {
    authors: fields.length > 0 ? [`{ ${fields.join(', ')} }`] : [],
    contacts:
      email === undefined
        ? []
        : [{ plain: quote('plain', email), markdown: quote('markdown', email) }],
    copyright_holder: quote('plain', name ?? `The contributors of ${answers.name}`),
  };
}

/** The answer whose default comes from git, unless it is the text that stands for no one. */
export function givenAnswer(
  source: 'git:user.name' | 'git:user.email',
  answers: Answers,
  blocks: readonly Block[],
): string | undefined {
  const options = blocks.flatMap((block) => Object.entries(block.options));
  const [key, option] = options.find(([, one]) => one.defaultFrom === source) ?? [];
  const answer = key === undefined ? '' : String(answers[key] ?? '');
  return answer.trim() === '' || answer === option?.default ? undefined : answer;
}

function quote(language: string, text: string): string {
  return QUOTES[language]?.(text) ?? text;
}
