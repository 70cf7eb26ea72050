import type { Request } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { isSameJson } from '../../engine/json-layout.ts';
import type { Adapted } from '../../engine/retired-blocks.ts';
import {
  keepOthersKeys,
  type Locked,
  readLocked,
  readRecords,
  readSavedAnswers,
  type SavedAnswers,
} from '../../engine/saved-answers.ts';
import { ANSWERS_FILE, LOCK_FILE } from '../../engine/state.ts';
import type { Tree } from '../../engine/tree.ts';
import { checkCopy, copyIndex, type IndexCopy } from '../../git/index-copy.ts';
import type { ObjectReader } from '../../git/object-reader.ts';
import type { Repository } from '../../git/repository.ts';
import { lockRepository, type RepositoryLock } from '../../git/repository-lock.ts';
import { makeScratch, removeScratch, type Scratch } from '../../git/scratch.ts';
import { checkCommitted } from '../../git/status.ts';
import { type BaselineCommit, findBaselines } from '../../merge/baseline.ts';
import { findMovedPackage } from '../../merge/find-package.ts';
import { type MergePlan, planMerge } from '../../merge/merge-plan.ts';
import type { MovedFolder } from '../../merge/moved-folders.ts';
import { adaptRepository } from './adapt-repository.ts';
import type { DesiredState } from './desired-state.ts';
import { rerender } from './saved-version.ts';

/** The lock of a repository, and a copy of its index. */
interface LockedRepository {
  lock: RepositoryLock;
  copy: IndexCopy;
}

/** An existing repository, opened: its saved answers, and how a render is merged into it. */
export class ExistingRepository {
  readonly repository: Repository;
  readonly reader: ObjectReader;
  saved: SavedAnswers;
  /** Blocks that are here and come from a folder that --blocks has to name. */
  elsewhere: readonly string[] = [];
  readonly locked: Locked | undefined;
  readonly #state: { answers: Buffer; lock: Buffer | undefined };
  readonly #baselines: Promise<BaselineCommit[]>;
  #movedPackage: Promise<MovedFolder | undefined> | undefined;
  readonly #transport: readonly string[];
  #scratch: Scratch | undefined;
  #lock: RepositoryLock | undefined;
  #ready: Promise<LockedRepository | undefined> | undefined;

  constructor(
    repository: Repository,
    reader: ObjectReader,
    state: { answers: Buffer | undefined; lock: Buffer | undefined },
    transport: readonly string[],
  ) {
    this.repository = repository;
    this.reader = reader;
    this.#transport = transport;
    this.saved = readSavedAnswers(state.answers);
    this.locked = readLocked(state.lock);
    this.#state = { answers: state.answers ?? Buffer.alloc(0), lock: state.lock };
    this.#baselines = findBaselines(repository.top, repository.head);
    this.#baselines.catch(() => {});
  }

  get baselines(): Promise<BaselineCommit[]> {
    return this.#baselines;
  }

  /** Takes the names of today, and the blocks of this repository that this version does not have, into the catalog. */
  async adaptTo(catalog: Catalog, isGone: (id: string) => boolean): Promise<Adapted> {
    const { repository, locked } = this;
    const openObjects = async () => {
      return { repository, reader: this.reader, baselines: await this.#baselines };
    };
    const records = readRecords(this.#state.lock);
    const adapted = await adaptRepository(
      this.saved,
      { locked, records, openObjects },
      catalog,
      isGone,
    );
    this.saved = adapted.saved;
    this.elsewhere = adapted.elsewhere;
    return adapted;
  }

  /** Whether the last commit was made from exactly this render. */
  holds(tree: Tree): boolean {
    const answers = keepOthersKeys(
      this.#state.answers,
      tree.get(ANSWERS_FILE)?.bytes ?? Buffer.alloc(0),
    );
    return (
      isSameJson(String(answers), String(this.#state.answers)) &&
      isSameJson(String(this.#state.lock), String(tree.get(LOCK_FILE)?.bytes))
    );
  }

  /** Merges a render into the last commit, in a scratch repository. */
  async planMerge(
    desired: DesiredState,
    request: Pick<Request, 'restore' | 'adopt'>,
    catalog: Catalog,
  ): Promise<MergePlan> {
    return planMerge(this.scratch, {
      repository: this.repository,
      reader: this.reader,
      saved: this.saved,
      locked: this.locked,
      baselines: await this.#baselines,
      incoming: desired.tree,
      rerender: () => rerender(this.saved, catalog),
      label: desired.label,
      restore: request.restore,
      adopt: request.adopt,
      followsFiles: desired.followsFiles,
      renamedPackage: desired.renamedPackage,
    });
  }

  /** Where the user moved the package to since it was rendered. */
  findMovedPackage(): Promise<MovedFolder | undefined> {
    const sources = { ...this.editSources, saved: this.saved };
    this.#movedPackage ??= findMovedPackage(sources);
    return this.#movedPackage;
  }

  get scratch(): Scratch {
    this.#scratch ??= makeScratch(this.repository, this.#transport);
    return this.#scratch;
  }

  /** Where the user's edits are found. */
  get editSources() {
    const { repository, locked } = this;
    return { repository, locked, reader: this.reader, scratch: () => this.scratch };
  }

  checkCommitted(): Promise<void> {
    return checkCommitted(this.repository);
  }

  /** Checks that everything is committed, with the repository locked for this process but in a dry run; once, however often it is asked. */
  makeReady({ dryRun }: Pick<Request, 'dryRun'>): Promise<LockedRepository | undefined> {
    this.#ready ??= dryRun ? this.checkCommitted().then(() => undefined) : this.#lockAndCheck();
    this.#ready.catch(() => {}); // reported to who waits for it
    return this.#ready;
  }

  async #lockAndCheck(): Promise<LockedRepository> {
    this.#lock = lockRepository(this.repository.gitDir);
    const copy = copyIndex(this.repository, this.#lock);
    await checkCopy(this.repository, copy);
    return { lock: this.#lock, copy };
  }

  async close(): Promise<void> {
    const closed = this.reader.close();
    await this.#ready?.catch(() => {}); // git still works in the folder of the lock
    this.clean();
    await closed;
  }

  /** Removes what is not part of the repository's history. */
  clean(): void {
    if (this.#scratch) removeScratch(this.#scratch);
    this.#lock?.release();
    this.#scratch = undefined;
    this.#lock = undefined;
  }
}
