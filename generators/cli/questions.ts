import { readCatalog } from '../commands/repository/catalog.ts';
import { type Question, questionsOf } from '../engine/questions.ts';
import { checkReservedFlags } from './flags.ts';

/** The questions of the shipped blocks and of these folders; each has a flag of its own. */
export async function readQuestions(folders: readonly string[]): Promise<Question[]> {
  const questions = questionsOf(await readCatalog(folders));
  checkReservedFlags(questions);
  return questions;
}
