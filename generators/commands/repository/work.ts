/** What a command needs that works on a repository: one part of the bundle, which `--help` and a refused flag do not load. */
export { explainMissing } from '../../git/partial-clone.ts';
export { findUncommitted } from '../../git/status.ts';
export { findEdits } from '../../merge/edits.ts';
export { planDesiredState } from '../upgrade/desired-state.ts';
export { openExistingRepository } from '../upgrade/open-repository.ts';
export { upgradeRepository } from '../upgrade/upgrade.ts';
export { planRepository, suggestFromGit } from './repository-plan.ts';
export { writeRepository } from './write-repository.ts';
