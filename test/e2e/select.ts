// Which steps run in which workspaces: the fixed plan, everything, or what was asked for.
import type { Options } from './options.ts';
import { OLDER_PHASES } from './plan.ts';
import { type NamedStep, SHARED_SCOPES, type WorkspaceSpec } from './step.ts';

/** A workspace and its steps, each after what it requires. */
export interface Assignment {
  workspace: WorkspaceSpec;
  steps: NamedStep[];
}

/** What there is to choose from. */
export interface Inventory {
  modalities: readonly string[];
  phases: readonly number[];
  /** In an order in which each comes after what it requires. */
  steps: readonly NamedStep[];
}

/** What `--all` runs at the phases before the newest. */
export interface OlderPhases {
  /** The modality that runs every step there. */
  complete: string;
  /** The steps of the others. */
  others: readonly string[];
}

export function selectWork(
  inventory: Inventory,
  plan: Readonly<Record<string, readonly string[]>>,
  options: Pick<Options, 'modalities' | 'phases' | 'only' | 'all'>,
  olderPhases: OlderPhases = OLDER_PHASES,
): Assignment[] {
  const { modalities, phases, only } = options;
  const isPlan = !options.all && [modalities, phases, only].every((chosen) => chosen.length === 0);
  if (isPlan) return selectPlan(inventory, plan);
  const newest = Math.max(...inventory.phases);
  const chosen = {
    modalities: modalities.length > 0 ? modalities : inventory.modalities,
    phases: phases.length > 0 ? phases : options.all ? inventory.phases : [newest],
  };
  // The quickest modality, for what no modality changes.
  const shared = modalities[0] ?? (inventory.modalities.includes('llm') ? 'llm' : undefined);
  const specs = [
    ...chosen.modalities.flatMap((modality) =>
      chosen.phases.map((phase) => modalitySpec(modality, phase, newest)),
    ),
    ...SHARED_SCOPES.map((scope) =>
      sharedSpec(scope, shared ?? chosen.modalities[0] ?? '', newest),
    ),
  ];
  const isEverything = modalities.length + phases.length + only.length === 0;
  const stepsOf = ({ modality, phase }: WorkspaceSpec): readonly string[] | undefined => {
    if (only.length > 0) return only;
    const isReduced = isEverything && phase < newest && modality !== olderPhases.complete;
    return isReduced ? olderPhases.others : undefined;
  };
  return specs
    .map((workspace) => assign(inventory.steps, workspace, stepsOf(workspace)))
    .filter(({ steps, workspace }) => steps.length > 0 && isWanted(workspace, steps, options));
}

/** Shared workspaces come along with `--all`, and with the steps that need one. */
function isWanted(
  { scope }: WorkspaceSpec,
  steps: readonly NamedStep[],
  { all, only }: Pick<Options, 'all' | 'only'>,
): boolean {
  if (scope === 'modality' || all) return true;
  return steps.some((step) => step.scope === scope && only.includes(step.id));
}

function selectPlan(
  inventory: Inventory,
  plan: Readonly<Record<string, readonly string[]>>,
): Assignment[] {
  const newest = Math.max(...inventory.phases);
  return Object.entries(plan).map(([id, ids]) => {
    const scope = SHARED_SCOPES.find((each) => each === id);
    const [modality = '', phase] = id.split('/');
    const workspace = scope
      ? sharedSpec(scope, 'llm', newest)
      : modalitySpec(modality, Number(phase ?? newest), newest);
    return assign(inventory.steps, workspace, ids);
  });
}

export function modalitySpec(modality: string, phase: number, newest: number): WorkspaceSpec {
  const id = phase === newest ? modality : `${modality}/${phase}`;
  return { id, scope: 'modality', modality, phase };
}

function sharedSpec(
  scope: (typeof SHARED_SCOPES)[number],
  modality: string,
  phase: number,
): WorkspaceSpec {
  return { id: scope, scope, modality, phase };
}

function assign(
  steps: readonly NamedStep[],
  workspace: WorkspaceSpec,
  ids: readonly string[] | undefined,
): Assignment {
  const possible = steps.filter((step) => belongs(step, workspace));
  const wanted = possible.filter((step) => !ids || ids.includes(step.id)).map((step) => step.id);
  return { workspace, steps: withRequired(wanted, possible) };
}

/** Whether a step can run in a workspace. */
export function belongs(step: NamedStep, { scope, phase }: WorkspaceSpec): boolean {
  if (phase < (step.from ?? 1)) return false;
  return step.scope === 'every' || (step.scope ?? 'modality') === scope;
}

/** The chosen steps and, before them, everything they require. */
export function withRequired(chosen: readonly string[], steps: readonly NamedStep[]): NamedStep[] {
  const wanted = new Set<string>();
  const add = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const required of steps.find((step) => step.id === id)?.requires ?? []) add(required);
  };
  for (const id of chosen) add(id);
  return steps.filter((step) => wanted.has(step.id));
}
