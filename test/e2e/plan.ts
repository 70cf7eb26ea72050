// The fixed plan: what `npm run e2e` without options, and so `.ci/run`, does. Everything else is left to the nightly run.

/** Minutes on two idle cores. A run that takes longer fails when one of its steps can move: see budget.ts. */
export const MINUTES = { npmTest: 3, endToEnd: 50 } as const;

/** Every modality at the newest phase, and one at phase 1. */
const BASIC = [
  'write',
  'sync',
  'check',
  'train',
  'evaluate',
  'predict',
  'reading-length',
  'add-package',
];

/** Workspace → its steps; what they require comes along. A slow step of a modality runs for the quickest one only. */
export const PLAN: Readonly<Record<string, readonly string[]>> = {
  // Its workflow "check" runs what the step machinery-tests runs.
  tabular: [
    ...BASIC,
    'moved-folder',
    'format',
    'same-bytes',
    'report',
    'mlflow',
    'notebook',
    'readme',
    'hooks',
    'task-names',
    'mypy',
    'no-pickle',
    'lazy-imports',
    'ml-test-score',
    'static-scanners',
    'clean',
    'other-data',
    'own-model',
    'gate',
    'registry',
    'drift',
    'predict-batch',
    'scheduled-batch',
    'resources',
    'workflows',
    'pipeline',
  ],
  llm: [
    ...BASIC,
    'machinery-tests',
    'dvc',
    'image',
    'onboarding',
    'reproduce',
    'phase-upgrade',
    'tracker-outage',
    'modality-check',
  ],
  nlp: BASIC,
  speech: BASIC,
  vision: BASIC,
  'tabular/1': BASIC,
  cloud: [
    'terraform',
    'cloud',
    'data-remote',
    'permissions',
    'vm',
    'image-target',
    'postgres',
    'cloud-destroy',
  ],
  tooling: [
    'checkov',
    'sbom',
    'scan',
    'swap',
    'gitlab-ci',
    'orchestration',
    'devcontainer',
    'dependency-refresh',
    'other-data-remotes',
    'two-wheels',
    'promotion',
  ],
  generator: [
    'generator-workflows',
    'generator-docs',
    'yo',
    'update',
    'template-update',
    'template-update-gitlab',
    'terraform-other-clouds',
    'scan-every-cloud',
  ],
};

/**
 * What `--all` runs at the phases before the newest: one modality runs every step, the others what they differ in. The
 * rest of an older phase is a part of the newest one, where every modality runs every step.
 */
export const OLDER_PHASES = { complete: 'tabular', others: [...BASIC, 'readme'] } as const;

/** Of these steps the plan runs some parts only, because the others take as long again; the nightly run has them all. */
export const PLAN_PARTS: Readonly<Record<string, readonly string[]>> = {
  'dependency-refresh': ['workflow'],
  'gitlab-ci': ['determinism-check'],
  'other-data': ['generated'],
  'other-data-remotes': ['Google Cloud'],
  'machinery-tests': ['fast'],
  orchestration: ['loaded'],
  'own-model': ['random-forest'],
  pipeline: ['train'],
  promotion: ['proposed'],
  'scan-every-cloud': ['azure'],
  'terraform-other-clouds': ['gcp'],
  // Other steps of the plan do what most others do: gitlab-ci, hooks, dependency-refresh, scan, promotion. rollback is nightly.
  workflows: [
    'actionlint',
    'check',
    'dependencies',
    'image-check',
    'quality',
    'train-on-vm',
    'tuning',
  ],
};

/** The minutes that a step may take in the plan; one that is not named here may take 1. */
export const STEP_MINUTES: Readonly<Record<string, number>> = {
  check: 1.5,
  cloud: 3.5,
  'cloud-destroy': 2,
  'data-remote': 3,
  'dependency-refresh': 4,
  devcontainer: 2,
  'generator-docs': 2.5,
  'gitlab-ci': 1.5,
  image: 1.5,
  'machinery-tests': 2,
  'modality-check': 1.5,
  onboarding: 1.5,
  orchestration: 1.5,
  'other-data': 2.5,
  'other-data-remotes': 3,
  'own-model': 2,
  permissions: 1.5,
  pipeline: 3,
  postgres: 2,
  promotion: 4,
  readme: 1.5,
  registry: 2.5,
  reproduce: 2.5,
  'scan-every-cloud': 2,
  swap: 1.5,
  'template-update': 1.5,
  'template-update-gitlab': 1.5,
  'terraform-other-clouds': 4,
  'two-wheels': 2,
  vm: 2.5,
  workflows: 5,
};

export function minutesOf(step: string): number {
  return STEP_MINUTES[step] ?? 1;
}
